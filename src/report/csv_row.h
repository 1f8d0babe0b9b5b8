// One row of a CSV report as RFC 4180 has it, in any form: with quotes or without, with line
// breaks in its fields. The way for what is rare; see csv.h for the quick one.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace upkeep {

/// Finds where rows end: at a line break outside of quotes.
class RowEnd {
 public:
  /// How much of `text` belongs to the row, its line break included; npos when all of it does
  /// and the row goes on. Call it again with what follows.
  std::size_t find(std::string_view text);
  bool in_quotes() const { return in_quotes_; }

 private:
  bool in_quotes_ = false;
};

class CsvRow {
 public:
  /// `row` may have its line break. The fields are valid until the next call.
  Result<std::span<const std::string_view>> split(std::string_view row);

 private:
  Result<void> take_quoted(std::string_view& left);
  Result<void> take_plain(std::string_view& left);

  std::string text_;               ///< the fields without their quotes
  std::vector<std::size_t> ends_;  ///< of each, in text_
  std::vector<std::string_view> fields_;
};

/// The text that a key was made from: `+` is a space, `%41` an A. `into` has room for all of
/// `text`. The length, or npos when a `%` is not followed by two hexadecimal digits.
std::size_t decode_key(std::string_view text, char* into);

}  // namespace upkeep
