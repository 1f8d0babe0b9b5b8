// The columns of a Parquet file to rows of text.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "coverage/rows.h"
#include "io/table_text.h"
#include "parquet/chunk_input.h"

namespace upkeep {

/// Values become the text that a CSV file would hold: 7, 2025-10-21, pbp. A timestamp is a date
/// when it is midnight. An error names the column and, where it is about one, the row (from 1):
/// a value that is missing, or one that has no such text.
Result<Rows> read_parquet(std::uint64_t size, parquet::ReadAt read,
                          std::vector<std::string> columns, NoRows = NoRows::are_an_error);

}  // namespace upkeep
