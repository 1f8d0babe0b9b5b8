// Rows of the model to and from the tables of the state.
#pragma once
#include <string_view>
#include <vector>

#include "io/sqlite.h"
#include "model/state.h"

namespace upkeep {

/// Carries out one change; the caller holds the transaction.
SqliteResult<void> write_change(Sqlite&, const Change&);

/// All rows; the caller holds the transaction. A word that is not known counts as damage.
SqliteResult<State> read_state(Sqlite&);

SqliteResult<std::vector<JournalRow>> read_journal(Sqlite&, std::string_view subject);

}  // namespace upkeep
