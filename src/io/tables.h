// Reads the tables that give dimensions their values.
#pragma once
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "coverage/rows.h"
#include "model/collection.h"
#include "port/object_store.h"

namespace upkeep {

/// All rows of the table, or none: its fields, then its further columns, as text. Whether
/// they are numbers or dates is checked where the dimension is made. Errors name the file,
/// the line or row, and what to do; a table without rows is an error, and so is a file that
/// changed while it was read. SQLite databases are only read, with one query. Of a table that
/// comes from a collection, `path` names the file of kept_rows.h, which may have none.
Result<Rows> read_table(const Table&);

/// Likewise of one object that a collection's rows come from; it may have none. Errors name the
/// line or row, and not the object. Asked to stop, it soon returns one.
Result<Rows> read_table(ObjectReader&, const Table&, std::stop_token stop = {});

/// The columns that its rows have.
std::vector<std::string> columns_of(const Table&);

}  // namespace upkeep
