#include "coverage/key_template.h"

#include <fmt/format.h>

#include <algorithm>

namespace upkeep {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<KeyTemplate> parse() {
    if (text_.empty()) return fail("the key template is empty");
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (is_control(c)) return error(at_, "a key cannot hold a control character");
      const bool twice = at_ + 1 < text_.size() && text_[at_ + 1] == c;
      if ((c == '{' || c == '}') && twice) {
        add_literal(c, 2);
      } else if (c == '{') {
        UPKEEP_CHECK(placeholder());
      } else if (c == '}') {
        return error(at_, "`}` closes nothing; write `}}` for a brace in the key");
      } else {
        add_literal(c, 1);
      }
    }
    if (const auto bad = find_bad_segment(parts_)) {
      return fail(fmt::format("column {}: {}", bad->column, to_text(*bad)));
    }
    return KeyTemplate{std::string(text_), std::move(parts_)};
  }

 private:
  void add_literal(char c, std::size_t written) {
    if (parts_.empty() || parts_.back().kind != KeyPart::Kind::literal) {
      parts_.push_back({KeyPart::Kind::literal, "", "", column(at_)});
    }
    parts_.back().text += c;
    at_ += written;
  }

  Result<void> placeholder() {
    const std::size_t close = text_.find('}', at_);
    if (close == std::string_view::npos) {
      return error(at_, "`{` is never closed; write `{{` for a brace in the key");
    }
    const std::string_view inner = text_.substr(at_ + 1, close - at_ - 1);
    const std::size_t colon = inner.find(':');
    const std::string_view name = inner.substr(0, colon);
    const std::string_view format =
        colon == std::string_view::npos ? std::string_view{} : inner.substr(colon + 1);
    if (name.empty()) {
      return error(at_, "a field needs a name: `{date}`, or `{_}` for any text");
    }
    if (!std::ranges::all_of(name, is_name_character)) {
      return error(at_, fmt::format("`{}` is no name of a field; use letters, digits, `_`, `-` and "
                                    "`.`, and `{{{{` for a brace in the key",
                                    name));
    }
    if (colon != std::string_view::npos && format.empty()) {
      return error(at_, fmt::format("nothing follows the colon; write `{{{}}}`", name));
    }
    if (std::ranges::any_of(format, is_control) || format.find('{') != std::string_view::npos) {
      return error(at_, "a written form cannot hold `{` or a control character");
    }
    const bool any = name == "_";
    if (any && colon != std::string_view::npos) {
      return error(at_, "`{_}` matches any text and takes no written form");
    }
    parts_.push_back({any ? KeyPart::Kind::any : KeyPart::Kind::field, std::string(name),
                      std::string(format), column(at_)});
    at_ = close + 1;
    return {};
  }

  /// Columns count characters, not bytes.
  std::size_t column(std::size_t at) const {
    return 1 + static_cast<std::size_t>(std::ranges::count_if(
                   text_.substr(0, at), [](char c) { return (c & 0xc0) != 0x80; }));
  }

  std::unexpected<Error> error(std::size_t at, std::string_view what) const {
    return fail(fmt::format("column {}: {}", column(at), what));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<KeyPart> parts_;
};

}  // namespace

std::optional<BadSegment> find_bad_segment(std::span<const KeyPart> parts) {
  BadSegment segment{"", 1};
  bool literal = true;  // has the segment so far only literal text?
  const auto bad = [&] {
    return literal && (segment.text.empty() || segment.text == "." || segment.text == "..");
  };
  for (const KeyPart& part : parts) {
    if (part.kind != KeyPart::Kind::literal) {
      literal = false;
      continue;
    }
    for (std::size_t i = 0; i < part.text.size(); ++i) {
      if (part.text[i] != '/') {
        segment.text += part.text[i];
        continue;
      }
      if (bad()) return segment;
      segment = {"", part.column + i + 1};
      literal = true;
    }
  }
  if (bad()) return segment;
  return {};
}

std::string to_text(const BadSegment& segment) {
  return fmt::format("{}; a key is a path below the store, as `a/b.json`",
                     segment.text.empty() ? "a part of the key between `/` is empty"
                                          : fmt::format("`{}` is no part of a key", segment.text));
}

std::string KeyTemplate::folder() const {
  if (parts.empty() || parts.front().kind != KeyPart::Kind::literal) return "";
  const std::string& literal = parts.front().text;
  return literal.substr(0, literal.rfind('/') + 1);
}

std::vector<std::string> KeyTemplate::fields() const {
  std::vector<std::string> names;
  for (const KeyPart& part : parts) {
    if (part.kind != KeyPart::Kind::field) continue;
    if (std::ranges::find(names, part.text) == names.end()) names.push_back(part.text);
  }
  return names;
}

bool KeyTemplate::has_any() const {
  return std::ranges::any_of(parts, [](const KeyPart& p) { return p.kind == KeyPart::Kind::any; });
}

Result<KeyTemplate> parse_key_template(std::string_view text) { return Parser(text).parse(); }

}  // namespace upkeep
