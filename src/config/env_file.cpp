// .env files: `NAME=value`, `export NAME=value`; 'as it is', "with \n \r \t \" \\ \$"; a
// value without quotes ends at ` #`. Quoted values may run over several lines. Nothing is
// expanded in any of them.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/config.h"

namespace upkeep {
namespace {

bool is_name(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

class EnvFile {
 public:
  EnvFile(std::string_view path, std::string_view text) : path_(path), rest_(text) {}

  Result<std::map<std::string, std::string>> parse() {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
    if (rest_.find('\0') != rest_.npos) return fail(fmt::format("{}: holds a zero byte", path_));
    while (!rest_.empty()) {
      const std::size_t line = line_;
      skip_spaces();
      if (!at_end_of_line() && rest_.front() != '#') {
        UPKEEP_CHECK(assignment(line));
      }
      skip_line();
    }
    return std::move(values_);
  }

 private:
  Result<void> assignment(std::size_t line) {
    const std::string_view whole = rest_.substr(0, rest_.find('\n'));
    const std::size_t equals = whole.find('=');
    std::string_view name = trim(whole.substr(0, equals));
    if (name.starts_with("export ") || name.starts_with("export\t")) name = trim(name.substr(7));
    // The text of the line is not repeated: it may hold a secret.
    if (equals == whole.npos || !is_name(name)) return wrong(line, "expected `NAME=value`");
    if (values_.contains(std::string(name))) {
      return wrong(line, fmt::format("`{}` is set a second time", name));
    }
    rest_.remove_prefix(equals + 1);
    UPKEEP_TRY(std::string value, read_value(line));
    values_.emplace(name, std::move(value));
    return {};
  }

  Result<std::string> read_value(std::size_t line) {
    std::string_view value = rest_.substr(0, rest_.find('\n'));
    const std::string_view begin = trim(value);
    if (begin.starts_with('\'') || begin.starts_with('"')) return quoted(line);
    for (std::size_t i = 1; i < value.size(); ++i) {
      if (value[i] == '#' && (value[i - 1] == ' ' || value[i - 1] == '\t')) {
        value = value.substr(0, i);
      }
    }
    return std::string(trim(value));
  }

  Result<std::string> quoted(std::size_t line) {
    skip_spaces();
    const char quote = rest_.front();
    rest_.remove_prefix(1);
    std::string value;
    for (;;) {
      if (rest_.empty()) return wrong(line, "the quoted value is not closed");
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == quote) break;
      if (c == '\n') ++line_;
      if (c == '\\' && quote == '"' && !rest_.empty()) {
        value += unescaped(rest_.front());
        if (rest_.front() == '\n') ++line_;
        rest_.remove_prefix(1);
      } else {
        value += c;
      }
    }
    skip_spaces();
    if (!at_end_of_line() && rest_.front() != '#') {
      return wrong(line_, "expected nothing more behind the closing quote");
    }
    return value;
  }

  static std::string unescaped(char c) {
    switch (c) {
      case 'n':
        return "\n";
      case 'r':
        return "\r";
      case 't':
        return "\t";
      case '"':
      case '\\':
      case '$':
        return {c};
      default:
        return {'\\', c};
    }
  }

  bool at_end_of_line() const { return rest_.empty() || rest_.front() == '\n'; }
  void skip_spaces() {
    while (rest_.starts_with(' ') || rest_.starts_with('\t') || rest_.starts_with('\r')) {
      rest_.remove_prefix(1);
    }
  }
  void skip_line() {
    rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
    if (!rest_.empty()) rest_.remove_prefix(1);
    ++line_;
  }
  std::unexpected<Error> wrong(std::size_t line, std::string_view text) const {
    return fail(fmt::format("{}:{}: {}", path_, line, text));
  }

  std::string_view path_, rest_;
  std::size_t line_ = 1;
  std::map<std::string, std::string> values_;
};

}  // namespace

Result<std::map<std::string, std::string>> parse_env_file(std::string_view path,
                                                          std::string_view text) {
  return EnvFile(path, text).parse();
}

}  // namespace upkeep
