// Decisions that were written down, newest first, a page at a time.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/state.h"

namespace upkeep {

struct JournalQuery {
  std::optional<std::string> subject;   ///< only of this one
  std::optional<std::uint64_t> before;  ///< only those with smaller numbers
  std::uint64_t limit = 100;
};

struct JournalEntry {
  std::uint64_t id = 0;  ///< grows with time
  JournalRow row;
};

struct JournalPage {
  std::vector<JournalEntry> entries;
  bool is_last = true;  ///< are there none before these?
};

/// Of the database of a state, beside whoever writes it; any thread may ask.
Result<JournalPage> read_journal_page(const std::string& database, const JournalQuery&);

}  // namespace upkeep
