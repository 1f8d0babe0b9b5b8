#include "content/csv_text.h"

#include <fmt/format.h>

#include <cstring>

#include "base/text.h"

namespace upkeep {

Result<void> CsvText::add(std::string_view piece) {
  for (std::size_t i = 0; i < piece.size(); ++i) {
    if (place_ == Place::plain) {  // most bytes are here
      while (i < piece.size() && piece[i] != separator_ && piece[i] != '\n' && piece[i] != '\r' &&
             piece[i] != '\0') {
        ++i;
      }
      if (i == piece.size()) break;
    }
    UPKEEP_CHECK(take(piece[i]));
  }
  return {};
}

Result<void> CsvText::take(char c) {
  if (c == '\0') {
    return fail(fmt::format("a zero byte stands in row {}", with_thousands(rows_ + 1)));
  }
  if (place_ == Place::quoted) {
    if (c == '"') place_ = Place::quote;
    return {};
  }
  if (c == separator_) {
    ++fields_;
    place_ = Place::field;
    return {};
  }
  if (c == '\n' || c == '\r') return place_ == Place::line ? Result<void>{} : end_row();
  if (place_ == Place::quote && c != '"') {
    return fail(fmt::format("something stands behind the closing quote of a field in row {}",
                            with_thousands(rows_ + 1)));
  }
  place_ = c == '"' && place_ != Place::plain ? Place::quoted : Place::plain;
  return {};
}

Result<void> CsvText::end_row() {
  place_ = Place::line;
  ++rows_;
  const std::uint64_t fields = std::exchange(fields_, 0) + 1;
  if (rows_ == 1) wanted_ = fields;
  if (fields == wanted_) return {};
  return fail(fmt::format("row {} has {} fields, the first one has {}", with_thousands(rows_),
                          fields, wanted_));
}

Result<void> CsvText::finish() {
  if (place_ == Place::quoted) {
    return fail(fmt::format("a quoted field in row {} does not end", with_thousands(rows_ + 1)));
  }
  return place_ == Place::line ? Result<void>{} : end_row();
}

}  // namespace upkeep
