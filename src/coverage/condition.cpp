// `field op value and …` as text: parsing and checking, before any space is known.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "coverage/date_form.h"
#include "coverage/selector.h"

namespace upkeep {
namespace {

struct OperatorName {
  std::string_view text;
  Operator op;
};
// Longer ones first, so that `<=` is not taken for `<`.
constexpr std::array<OperatorName, 6> operator_names{{{"==", Operator::equal},
                                                      {"!=", Operator::not_equal},
                                                      {"<=", Operator::less_equal},
                                                      {">=", Operator::greater_equal},
                                                      {"<", Operator::less},
                                                      {">", Operator::greater}}};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Condition> parse() {
    Condition condition{std::string(text_), {}};
    do {
      UPKEEP_TRY(Term term, parse_term());
      condition.terms.push_back(std::move(term));
      skip_space();
      if (at_ == text_.size()) return condition;
    } while (take_word("and"));
    return error(at_, "expected `and` or the end");
  }

 private:
  Result<Term> parse_term() {
    skip_space();
    Term term;
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    term.field = text_.substr(begin, at_ - begin);
    if (term.field.empty()) {
      return error(begin, "expected the name of a field, as in `season == 2025-26`");
    }
    skip_space();
    UPKEEP_TRY(term.op, parse_operator());
    skip_space();
    const std::size_t value = at_;
    if (term.op == Operator::in) {
      UPKEEP_TRY(term.values, parse_list());
    } else {
      UPKEEP_TRY(std::string text, parse_value(false));
      term.values.push_back(std::move(text));
    }
    if (term.field != "age") return term;
    if (term.op == Operator::in) return error(value, "`age` is compared by == != < <= > >=");
    auto age = parse_duration(term.values.front());
    if (!age) return error(value, age.error().text);
    term.age = *age;
    return term;
  }

  Result<Operator> parse_operator() {
    for (const OperatorName& name : operator_names) {
      if (!text_.substr(at_).starts_with(name.text)) continue;
      at_ += name.text.size();
      return name.op;
    }
    if (take_word("in")) return Operator::in;
    return error(at_, "expected one of == != < <= > >= in");
  }

  Result<std::vector<std::string>> parse_list() {
    const std::size_t open = at_;
    const char bracket = at_ < text_.size() ? text_[at_] : '\0';
    if (bracket != '(' && bracket != '[') {
      return error(at_, "expected a list behind `in`, as `(a, b)`");
    }
    const char closing = bracket == '(' ? ')' : ']';
    ++at_;
    std::vector<std::string> values;
    for (;;) {
      skip_space();
      UPKEEP_TRY(std::string value, parse_value(true));
      values.push_back(std::move(value));
      skip_space();
      if (take(closing)) return values;
      if (!take(',')) {
        return error(at_ == text_.size() ? open : at_,
                     fmt::format("expected `,` or `{}` in the list", closing));
      }
    }
  }

  /// A bare word, or a text in quotes.
  Result<std::string> parse_value(bool in_list) {
    const std::size_t begin = at_;
    if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) {
      const std::size_t end = text_.find(text_[at_], at_ + 1);
      if (end == std::string_view::npos) return error(begin, "the quote is never closed");
      at_ = end + 1;
      return std::string(text_.substr(begin + 1, end - begin - 1));
    }
    const std::string_view stops = in_list ? " \t\r\n,()[]" : " \t\r\n";
    at_ = std::min(text_.find_first_of(stops, at_), text_.size());
    if (at_ == begin) return error(begin, "expected a value");
    const std::string_view word = text_.substr(begin, at_ - begin);
    if (word.find_first_of("<>=!\"'") != std::string_view::npos) {
      return error(begin, fmt::format("`{}` is no plain value; put it in quotes", word));
    }
    return std::string(word);
  }

  void skip_space() {
    while (at_ < text_.size() && trim(text_.substr(at_, 1)).empty()) ++at_;
  }
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view word) {
    const std::string_view rest = text_.substr(at_);
    if (!rest.starts_with(word)) return false;
    if (rest.size() > word.size() && is_name(rest[word.size()])) return false;
    at_ += word.size();
    return true;
  }
  static bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
  }
  /// Columns count characters, not bytes.
  std::unexpected<Error> error(std::size_t at, std::string_view what) const {
    const auto column =
        1 + std::ranges::count_if(text_.substr(0, at), [](char c) { return (c & 0xc0) != 0x80; });
    return fail(fmt::format("column {} of `{}`: {}", column, text_, what));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Result<void> check_value(const Term& term, FieldType type, const std::string& value) {
  if (type == FieldType::number && !parse_number(value)) {
    return fail(fmt::format("`{}` is a number, but `{}` is none", term.field, value));
  }
  if (type == FieldType::date && !parse_date(value, false) && !parse_date(value, true)) {
    return fail(
        fmt::format("`{}` is a date, but `{}` is none; write 2025-10-21 (or, for steps under "
                    "a day, 2025-10-21T14:30Z)",
                    term.field, value));
  }
  return {};
}

}  // namespace

Result<Condition> parse_condition(std::string_view text) { return Parser(text).parse(); }

Result<void> check_condition(const Condition& condition,
                             std::span<const std::pair<std::string, FieldType>> types,
                             bool has_time) {
  for (const Term& term : condition.terms) {
    if (term.field == "age") {
      if (has_time) continue;
      return fail("`age` needs a dimension of dates that gives the time of a partition");
    }
    const auto known =
        std::ranges::find(types, term.field, &std::pair<std::string, FieldType>::first);
    if (known == types.end()) {
      std::vector<std::string> names;
      for (const auto& [name, type] : types) names.push_back(name);
      if (has_time) names.push_back("age");
      const auto near = nearest(term.field, names);
      return fail(fmt::format("there is no field `{}`{}; the fields are {}", term.field,
                              near ? fmt::format(" (did you mean `{}`?)", *near) : "",
                              join(names, ", ")));
    }
    for (const std::string& value : term.values) {
      UPKEEP_CHECK(check_value(term, known->second, value));
    }
  }
  return {};
}

}  // namespace upkeep
