// One row of a CSV report as S3 writes it: every field in quotes, nothing odd within. The quick
// way; it gives back, untouched, whatever is otherwise.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/store.h"
#include "report/columns.h"
#include "report/date_reader.h"

namespace upkeep {

class QuickRow {
 public:
  struct Traits {
    bool is_alive = true;     ///< it is neither an older version nor a delete marker
    bool is_encoded = false;  ///< its key is not yet what it stands for
  };

  QuickRow(std::span<const ColumnRole> roles, std::string_view bucket);

  /// So much readable text behind `end` is needed. So nothing need be asked at each character,
  /// and there is always something readable behind a key.
  std::size_t margin() const { return bucket_.size() + 2 * scan::beyond; }

  /// Reads the row at `at` if all its fields begin before `end`. Returns where the next row
  /// begins, or null when this one is for the slow way; then what it has written means nothing.
  const char* read(const char* at, const char* end, Object&, Traits&);

 private:
  const char* field(ColumnRole, const char* at, const char* end, Object&, Traits&);
  const char* skip_bucket(const char* at) const;

  std::vector<ColumnRole> roles_;
  std::string bucket_;  ///< with zeros behind it, up to a multiple of 8
  std::size_t bucket_size_;
  DateReader dates_;
};

}  // namespace upkeep
