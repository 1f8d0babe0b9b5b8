// State that lives only as long as the process.
#include "io/memory_state.h"

#include <algorithm>

namespace upkeep {

Result<void> MemoryState::commit(std::span<const Change> changes) {
  for (const Change& change : changes) {
    apply(state_, change);
    if (const auto* added = std::get_if<AddJournal>(&change)) journal_.push_back(added->row);
    if (const auto* expired = std::get_if<ExpireJournal>(&change)) {
      std::erase_if(journal_, [&](const JournalRow& row) { return row.at < expired->before; });
    }
  }
  return {};
}

Result<std::vector<JournalRow>> MemoryState::journal(std::string_view subject) {
  std::vector<JournalRow> rows;
  std::ranges::copy_if(journal_, std::back_inserter(rows),
                       [&](const JournalRow& row) { return row.subject == subject; });
  return rows;
}

}  // namespace upkeep
