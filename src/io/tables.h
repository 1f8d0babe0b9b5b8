// Reads the tables that give dimensions their values.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "coverage/rows.h"
#include "model/collection.h"

namespace upkeep {

/// All rows of the table, or none: its fields, then its further columns, as text. Whether
/// they are numbers or dates is checked where the dimension is made. Errors name the file,
/// the line or row, and what to do; a table without rows is an error, and so is a file that
/// changed while it was read. SQLite databases are only read, with one query.
Result<Rows> read_table(const Table&);

/// The columns that its rows have.
std::vector<std::string> columns_of(const Table&);

}  // namespace upkeep
