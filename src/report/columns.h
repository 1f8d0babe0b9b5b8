// What the columns of a report are called, and what upkeep makes of them.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace upkeep {

/// What a column says about an object.
enum class ColumnRole : std::uint8_t {
  other,  ///< nothing that upkeep wants to know
  bucket,
  key,
  size,
  modified,
  is_latest,         ///< only in reports of all versions
  is_delete_marker,  ///< likewise
};

/// By the name of CSV reports (`LastModifiedDate`) or of Parquet ones (`last_modified_date`).
ColumnRole role_of(std::string_view name);

/// What a report says about each object besides its key. What it does not say reads as 0, so
/// a rule that needs it must look here first.
struct ReportColumns {
  bool size = false;
  bool modified = false;
};

/// The role of each column. An error when there is no key, or two columns have one role.
Result<std::vector<ColumnRole>> roles_of(std::span<const std::string> names);
ReportColumns columns_of(std::span<const ColumnRole>);

}  // namespace upkeep
