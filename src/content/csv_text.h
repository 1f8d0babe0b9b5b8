// A CSV text (RFC 4180), checked while it comes in pieces of any size.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace upkeep {

/// Every row must have as many fields as the first one; quotes must be closed; zero bytes, as a
/// crash of the machine leaves them, are refused. Lines may end with LF, CR LF or CR; empty ones
/// are no rows. A quote inside a field that does not begin with one stands for itself.
class CsvText {
 public:
  explicit CsvText(char separator) : separator_(separator) {}

  Result<void> add(std::string_view piece);
  Result<void> finish();
  std::uint64_t rows() const { return rows_; }  ///< whole ones, with the header

 private:
  enum class Place : std::uint8_t {
    line,   ///< at its begin
    field,  ///< at its begin, behind a separator
    plain,  ///< in a field without quotes
    quoted,
    quote,  ///< behind a quote in a quoted field: its end, or the first of two
  };
  Result<void> take(char);
  Result<void> end_row();

  const char separator_;
  Place place_ = Place::line;
  std::uint64_t rows_ = 0;
  std::uint64_t fields_ = 0;  ///< of this row, before the current one
  std::uint64_t wanted_ = 0;  ///< of each row
};

}  // namespace upkeep
