// CSV to rows: whole lines without quotes at once, everything else one character class at a time,
// so that pieces may end anywhere.
#include "io/table_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "base/text.h"

namespace upkeep {
namespace {

// A quote that is missing would make one value of a whole file.
constexpr std::size_t line_max = 64u << 20;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

class CsvParser final : public TableParser {
 public:
  CsvParser(std::vector<std::string> columns, NoRows no_rows)
      : rows_(std::move(columns)), no_rows_(no_rows) {
    wanted_.resize(rows_.columns().size());
  }

  Result<void> take(std::string_view piece) override {
    while (!piece.empty()) {
      UPKEEP_CHECK(take_usual_lines(piece));
      if (piece.empty()) break;
      if (place_ == Place::mark) {
        UPKEEP_CHECK(take_mark(piece));
      } else if (place_ == Place::quoted) {
        take_quoted(piece);
      } else {
        UPKEEP_CHECK(take_plain(piece));
      }
    }
    if (record_.size() <= line_max) return {};
    return fail(fmt::format("line {}: it is longer than 64 MiB; does a quote lack its closing one?",
                            first_line_));
  }

  Result<Rows> finish() override {
    if (place_ == Place::quoted) {
      return fail(fmt::format("line {}: a quoted value begins here and never ends", quote_line_));
    }
    // A mark that did not come to its end was text; the last line may lack its end.
    if (place_ == Place::mark && mark_seen_ > 0) {
      place_ = Place::value;
      record_ = byte_order_mark.substr(0, mark_seen_);
    }
    UPKEEP_CHECK(end_line());
    const bool is_nothing = no_rows_ == NoRows::are_an_error || !has_header_;
    if (rows_.size() == 0 && is_nothing) return fail("it has no rows");
    return std::move(rows_);
  }

 private:
  enum class Place : std::uint8_t {
    mark,         ///< at the very beginning, where a byte order mark may stand
    line,         ///< at the beginning of a line
    begin,        ///< at the beginning of a further value
    value,        ///< in a value without quotes
    quoted,       ///< between quotes
    after_quote,  ///< behind a quote that ended the value, or is the first of two
    after_return  ///< behind a carriage return
  };

  Result<void> take_mark(std::string_view& piece) {
    while (!piece.empty() && mark_seen_ < byte_order_mark.size()) {
      if (piece.front() != byte_order_mark[mark_seen_]) {
        place_ = mark_seen_ == 0 ? Place::line : Place::value;
        record_ = byte_order_mark.substr(0, mark_seen_);
        return {};
      }
      piece.remove_prefix(1);
      if (++mark_seen_ == byte_order_mark.size()) place_ = Place::line;
    }
    return {};
  }

  /// Rows that lie in the piece as a whole, up to the first one with anything special: that one
  /// goes the slow way, which knows all the errors, too.
  Result<void> take_usual_lines(std::string_view& piece) {
    while (place_ == Place::line && has_header_) {
      const std::size_t end = piece.find('\n');
      if (end == piece.npos) return {};
      std::string_view line = piece.substr(0, end);
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (!split_usual(line)) return {};
      for (std::size_t i = 0; i < positions_.size(); ++i) {
        const std::size_t at = positions_[i];
        const std::size_t begin = at == 0 ? 0 : usual_ends_[at - 1] + 1;
        wanted_[i] = line.substr(begin, usual_ends_[at] - begin);
      }
      UPKEEP_CHECK(rows_.add(wanted_));
      piece.remove_prefix(end + 1);
      first_line_ = ++line_;
    }
    return {};
  }

  /// Finds where the values end; false when the line is not one of so many plain values.
  bool split_usual(std::string_view line) {
    if (line.empty() || line.find('"') != line.npos || line.find('\r') != line.npos) return false;
    usual_ends_.clear();
    for (std::size_t comma = 0; (comma = line.find(',', comma)) != line.npos; ++comma) {
      usual_ends_.push_back(comma);
    }
    usual_ends_.push_back(line.size());
    return usual_ends_.size() == columns_;
  }

  void take_quoted(std::string_view& piece) {
    const std::string_view run = piece.substr(0, piece.find('"'));
    line_ += static_cast<std::uint64_t>(std::ranges::count(run, '\n'));
    record_ += run;
    piece.remove_prefix(run.size());
    if (piece.empty()) return;
    piece.remove_prefix(1);
    place_ = Place::after_quote;
  }

  /// Takes a run of ordinary characters and the special one behind it.
  Result<void> take_plain(std::string_view& piece) {
    const std::string_view run = piece.substr(0, piece.find_first_of(",\"\r\n"));
    if (!run.empty()) {
      if (place_ == Place::after_quote)
        return fail_here("text behind the closing quote of a value");
      if (place_ == Place::after_return) return fail_return();
      record_ += run;
      place_ = Place::value;
    }
    piece.remove_prefix(run.size());
    if (piece.empty()) return {};
    const char special = piece.front();
    piece.remove_prefix(1);
    return take_special(special);
  }

  Result<void> take_special(char special) {
    if (place_ == Place::after_return && special != '\n') return fail_return();
    switch (special) {
      case ',':
        ends_.push_back(record_.size());
        place_ = Place::begin;
        return {};
      case '\r':
        is_empty_ = place_ == Place::line;
        place_ = Place::after_return;
        return {};
      case '\n': {
        if (place_ == Place::after_return && is_empty_) place_ = Place::line;
        auto done = end_line();
        ++line_;
        return done;
      }
      default:
        break;
    }
    if (place_ == Place::value) {
      return fail_here(
          "a quote in the middle of a value; put the whole value in quotes, and write each quote "
          "in it twice");
    }
    if (place_ == Place::after_quote) record_ += '"';
    if (place_ != Place::after_quote) quote_line_ = line_;
    place_ = Place::quoted;
    return {};
  }

  /// Ends the line that was begun, if one was.
  Result<void> end_line() {
    const bool nothing = place_ == Place::line || place_ == Place::mark ||
                         (place_ == Place::after_return && is_empty_);
    place_ = Place::line;
    if (nothing) {
      first_line_ = line_ + 1;
      return {};
    }
    ends_.push_back(record_.size());
    auto done = has_header_ ? take_row() : take_header();
    record_.clear();
    ends_.clear();
    first_line_ = line_ + 1;
    return done;
  }

  std::string_view value(std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(record_).substr(begin, ends_[i] - begin);
  }

  Result<void> take_header() {
    has_header_ = true;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < ends_.size(); ++i) names.emplace_back(value(i));
    for (const std::string& column : rows_.columns()) {
      const auto found = std::ranges::find(names, column);
      if (found == names.end()) {
        return fail(fmt::format("line {}: {}{}", first_line_,
                                no_such_column("column", column, names), other_separator(names)));
      }
      if (std::find(found + 1, names.end(), column) != names.end()) {
        return fail(fmt::format("line {}: the column `{}` stands twice", first_line_, column));
      }
      positions_.push_back(static_cast<std::size_t>(found - names.begin()));
    }
    columns_ = names.size();
    return {};
  }

  static std::string_view other_separator(const std::vector<std::string>& names) {
    const bool other =
        names.size() == 1 && names.front().find_first_of(";\t|") != std::string::npos;
    return other ? " (values must be parted by commas)" : "";
  }

  Result<void> take_row() {
    if (ends_.size() != columns_) {
      return fail(fmt::format("line {}: it has {} value{}, but there are {} columns", first_line_,
                              ends_.size(), ends_.size() == 1 ? "" : "s", columns_));
    }
    for (std::size_t i = 0; i < positions_.size(); ++i) wanted_[i] = value(positions_[i]);
    return rows_.add(wanted_);
  }

  std::unexpected<Error> fail_here(std::string_view what) const {
    return fail(fmt::format("line {}: {}", line_, what));
  }
  std::unexpected<Error> fail_return() const {
    return fail_here("a carriage return in the middle of a line; lines end with LF or CRLF");
  }

  Rows rows_;
  NoRows no_rows_;
  std::vector<std::size_t> positions_;    ///< in a line, of each column of rows_
  std::vector<std::string_view> wanted_;  ///< the values at these
  std::size_t columns_ = 0;
  bool has_header_ = false;
  Place place_ = Place::mark;
  std::size_t mark_seen_ = 0;
  bool is_empty_ = false;  ///< the line before the carriage return
  std::uint64_t line_ = 1, first_line_ = 1, quote_line_ = 1;
  std::string record_;             ///< the values of the line so far
  std::vector<std::size_t> ends_;  ///< of each, in record_
  std::vector<std::size_t> usual_ends_;
};

}  // namespace

std::unique_ptr<TableParser> make_csv_parser(std::vector<std::string> columns, NoRows no_rows) {
  return std::make_unique<CsvParser>(std::move(columns), no_rows);
}

std::string no_such_column(std::string_view what, const std::string& wanted,
                           const std::vector<std::string>& there) {
  constexpr std::size_t shown_max = 20;
  if (there.empty()) return fmt::format("there is no {} `{}`, and no other", what, wanted);
  const auto near = nearest(wanted, there);
  const std::span shown(there.data(), std::min(there.size(), shown_max));
  return fmt::format("there is no {} `{}`;{} there {}: {}{}", what, wanted,
                     near ? fmt::format(" did you mean `{}`?", *near) : "",
                     there.size() == 1 ? "is" : "are", join(shown, ", "),
                     there.size() > shown_max ? ", …" : "");
}

}  // namespace upkeep
