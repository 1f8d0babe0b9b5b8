// The columns of a Parquet file: the leaves of its schema.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "parquet/metadata.h"

namespace upkeep::parquet {

/// What a column's values are read as.
enum class Kind : std::uint8_t {
  boolean,
  number,     ///< a whole one
  date,       ///< days since 1970-01-01
  timestamp,  ///< milliseconds since then, see to_milliseconds()
  text,       ///< any bytes
  other,      ///< something that is not read
};

struct Column {
  std::string name;  ///< of a nested one, with the names of its groups: "a.list.element"
  Kind kind = Kind::other;
  bool is_optional = false;
  bool is_nested = false;  ///< lies in a group or is repeated, and is not read either
  PhysicalType type = PhysicalType::boolean;
  Annotation annotation = Annotation::none;
  std::uint32_t width = 0;  ///< of PhysicalType::fixed
};

/// In the order in which row groups have them.
Result<std::vector<Column>> columns_of(std::span<const SchemaElement>);

/// An error says why the column cannot be read.
Result<void> check_readable(const Column&);

}  // namespace upkeep::parquet
