#include "s3/profiles.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"

namespace upkeep::s3 {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return made;
}

/// A `#` or `;` behind white space begins a comment.
std::string_view without_comment(std::string_view value) {
  for (std::size_t i = 1; i < value.size(); ++i) {
    if ((value[i] == '#' || value[i] == ';') && is_blank(value[i - 1])) return value.substr(0, i);
  }
  return value;
}

/// What a section is about.
struct Section {
  std::string word;  ///< `profile`, `sso-session`, `services`, or empty
  std::string name;
};

/// What stands between the brackets; names with spaces are quoted.
std::optional<Section> parse_section(std::string_view text) {
  text = trim(text);
  Section section;
  if (const std::size_t space = text.find_first_of(" \t"); space != text.npos) {
    section.word = text.substr(0, space);
    text = trim(text.substr(space));
  }
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
      text.back() == text.front()) {
    text = text.substr(1, text.size() - 2);
  }
  section.name = text;
  if (section.name.empty()) return {};
  return section;
}

/// One file. A line that begins with white space belongs to the setting above it: it goes on with
/// its value, or, where the value is empty, it is a setting nested below it.
class File {
 public:
  File(Profiles::Kind kind, std::string_view path, std::string_view text)
      : kind_(kind), path_(path), rest_(text) {}

  Result<void> parse() {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
    while (!rest_.empty()) {
      const std::size_t end = rest_.find('\n');
      const std::string_view line = rest_.substr(0, end);
      rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
      ++line_;
      const std::string_view text = trim(line);
      if (text.empty() || text.front() == '#' || text.front() == ';') continue;
      if (is_blank(line.front()) && setting_ != nullptr) {
        UPKEEP_CHECK(continued(text));
      } else if (text.front() == '[') {
        UPKEEP_CHECK(section(text));
      } else {
        UPKEEP_CHECK(setting(text));
      }
    }
    return {};
  }

  std::map<std::string, Profile> profiles;
  std::map<std::string, std::string> passed_over;

 private:
  Result<void> section(std::string_view text) {
    setting_ = nullptr;
    const std::size_t end = text.find(']');
    if (end == text.npos) return wrong("the `[` is not closed");
    const std::string_view behind = trim(text.substr(end + 1));
    if (!behind.empty() && behind.front() != '#' && behind.front() != ';') {
      return wrong("expected nothing behind the `]`");
    }
    const auto section = parse_section(text.substr(1, end - 1));
    if (!section) return wrong("a section without a name");
    in_section_ = true;
    profile_ = nullptr;
    const bool config = kind_ == Profiles::Kind::config;
    const bool by_word = section->word == "profile";
    const bool is_default = section->word.empty() && section->name == "default";
    if (config ? by_word || is_default : section->word.empty()) {
      // `[profile default]` hides `[default]`.
      if (section->name == "default" && config) {
        if (by_word && !default_by_word_) profiles["default"].clear();
        if (is_default && default_by_word_) return {};
        default_by_word_ = by_word;
      }
      profile_ = &profiles[section->name];
    } else if (section->word.empty() || by_word) {
      passed_over[section->name] = place();
    }
    return {};
  }

  Result<void> setting(std::string_view text) {
    if (!in_section_) {
      return wrong(kind_ == Profiles::Kind::config
                       ? "expected a section first: `[default]` or `[profile NAME]`"
                       : "expected a section first: `[default]` or `[NAME]`");
    }
    UPKEEP_TRY(auto pair, split_pair(text));
    name_ = pair.first;
    Profile& profile = profile_ != nullptr ? *profile_ : unused_;
    setting_ = &profile[pair.first];
    *setting_ = {std::move(pair.second), place()};
    nested_ = setting_->value.empty();
    return {};
  }

  Result<void> continued(std::string_view text) {
    if (!nested_) {
      setting_->value.append("\n").append(trim(without_comment(text)));
      return {};
    }
    UPKEEP_TRY(auto pair, split_pair(text));
    Profile& profile = profile_ != nullptr ? *profile_ : unused_;
    profile[name_ + "." + pair.first] = {std::move(pair.second), place()};
    return {};
  }

  Result<std::pair<std::string, std::string>> split_pair(std::string_view text) const {
    const std::size_t equals = text.find('=');
    const std::string_view name = trim(text.substr(0, equals));
    if (equals == text.npos || name.empty()) return wrong("expected `name = value`");
    return std::pair{lower(name), std::string(trim(without_comment(text.substr(equals + 1))))};
  }

  std::string place() const { return fmt::format("{}:{}", path_, line_); }
  std::unexpected<Error> wrong(std::string_view text) const {
    return fail(fmt::format("{}: {}", place(), text));
  }

  Profiles::Kind kind_;
  std::string_view path_, rest_;
  std::size_t line_ = 0;
  bool in_section_ = false;
  bool default_by_word_ = false;
  Profile* profile_ = nullptr;  ///< nullptr in a section that is none of ours
  Profile unused_;
  Setting* setting_ = nullptr;  ///< the one above
  std::string name_;            ///< of that one
  bool nested_ = false;         ///< that one has no value of its own
};

}  // namespace

Result<void> Profiles::add(Kind kind, std::string_view path, std::string_view text) {
  File file(kind, path, text);
  UPKEEP_CHECK(file.parse());
  for (auto& [name, profile] : file.profiles) {
    for (auto& [setting, value] : profile) profiles_[name][setting] = std::move(value);
    profiles_[name];  // one without settings is there, too
  }
  passed_over_.insert(file.passed_over.begin(), file.passed_over.end());
  return {};
}

const Profile* Profiles::find(std::string_view name) const {
  const auto found = profiles_.find(name);
  return found == profiles_.end() ? nullptr : &found->second;
}

std::vector<std::string> Profiles::names() const {
  std::vector<std::string> made;
  for (const auto& [name, profile] : profiles_) made.push_back(name);
  return made;
}

std::string Profiles::passed_over(std::string_view name) const {
  const auto found = passed_over_.find(name);
  return found == passed_over_.end() ? "" : found->second;
}

}  // namespace upkeep::s3
