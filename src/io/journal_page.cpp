#include "io/journal_page.h"

#include <algorithm>
#include <limits>

#include "io/sqlite.h"

namespace upkeep {

Result<JournalPage> read_journal_page(const std::string& database, const JournalQuery& query) {
  const auto failed = [&](const SqliteError& error) {
    return fail("the journal in " + database + " could not be read: " + error.text);
  };
  auto sqlite = Sqlite::open(database, Sqlite::Access::read);
  if (!sqlite) return failed(sqlite.error());
  constexpr std::uint64_t all = std::numeric_limits<std::int64_t>::max();
  const std::uint64_t before = std::min(query.before.value_or(all), all);
  // One row more tells whether this is the last page.
  const std::uint64_t limit = std::min(query.limit, all - 1) + 1;
  constexpr std::string_view of_all =
      "SELECT id, at, subject, text FROM journal WHERE id < ? ORDER BY id DESC LIMIT ?";
  constexpr std::string_view of_one =
      "SELECT id, at, subject, text FROM journal WHERE subject = ? AND id < ? "
      "ORDER BY id DESC LIMIT ?";
  auto rows = query.subject ? sqlite->start(of_one, std::string_view(*query.subject), before, limit)
                            : sqlite->start(of_all, before, limit);
  if (!rows) return failed(rows.error());
  SqliteStatement& at = **rows;
  JournalPage page;
  for (;;) {
    const auto more = at.step();
    if (!more) return failed(more.error());
    if (!*more) return page;
    if (page.entries.size() == query.limit) {
      page.is_last = false;
      return page;
    }
    page.entries.push_back(
        {static_cast<std::uint64_t>(at.number(0)),
         {Time{Duration{at.number(1)}}, std::string(at.text(2)), std::string(at.text(3))}});
  }
}

}  // namespace upkeep
