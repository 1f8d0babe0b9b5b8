// State kept in one SQLite database. Write-ahead log with synchronous = FULL: a commit that
// returned survives a power cut. Space of expired journal rows is used again, and given back
// to the file system when there is much of it.
#include "io/sqlite_state.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "io/descriptor.h"
#include "io/state_rows.h"
#include "io/state_schema.h"

namespace upkeep {
namespace {

/// Free pages (4 KiB each) that are worth the work of giving them back, and how many are
/// given back at most after one commit, so that it stays short.
constexpr std::int64_t free_pages_min = 1024, free_pages_step = 4096;

struct Sizes {
  bool exists = false, empty = false, has_log = false;
};

Result<Sizes> sizes_of(const std::string& path) {
  struct stat facts{};
  Sizes sizes;
  if (::stat(path.c_str(), &facts) == 0) {
    if (!S_ISREG(facts.st_mode)) return fail("the state " + path + " is no regular file");
    sizes.exists = true;
    sizes.empty = facts.st_size == 0;
  } else if (errno != ENOENT) {
    return fail_with(errno, "the state " + path, "looked at");
  }
  sizes.has_log = ::stat((path + "-wal").c_str(), &facts) == 0 && facts.st_size > 0;
  return sizes;
}

/// The name of a new database must survive a power cut as well as its content.
Result<void> sync_folder_of(const std::string& path) {
  const std::string folder = path.substr(0, path.rfind('/') + 1) + ".";
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor || ::fsync(descriptor.number()) != 0) {
    return fail_with(errno, "the folder of the state " + path, "made durable");
  }
  return {};
}

/// The old log must not lie beside a new file: SQLite would carry it over into that. Debian
/// 12's sqlite3 cannot recover (it lacks the sqlite_dbpage table), newer ones can.
std::string damaged(const std::string& path, const std::string& what) {
  return "the state " + path + " is damaged (" + what +
         "); while upkeep is stopped, move it aside together with its -wal and -shm files, and "
         "upkeep begins with an empty state: attempts, rests, tombstones, acks and the journal "
         "are lost, never data: what is there is read from the stores again. To save some of "
         "them, run `sqlite3 " +
         path + " .recover | sqlite3 " + path +
         ".new` first, if this machine's sqlite3 can do that, and put the new file in its place";
}

std::unexpected<Error> fail_for(const SqliteError& error, const std::string& path,
                                std::string_view doing) {
  if (error.is_full()) {
    return fail("the disk is full: the state " + path + " cannot be " + std::string(doing) +
                "; nothing of it was changed, make room and it goes on");
  }
  if (error.is_damaged()) return fail(damaged(path, error.text));
  std::string text = "the state " + path + " cannot be " + std::string(doing) + ": " + error.text;
  if (error.system != 0) text += " (" + error_text(error.system) + ")";
  return fail(text);
}

}  // namespace

Result<std::unique_ptr<SqliteState>> SqliteState::open(const std::string& path, Access access) {
  UPKEEP_TRY(const Sizes sizes, sizes_of(path));
  if (!sizes.exists && access == Access::read) {
    return fail("there is no state at " + path + " yet: nothing has run here");
  }
  if ((!sizes.exists || sizes.empty) && sizes.has_log) {
    // SQLite would throw the log away and begin anew.
    return fail(damaged(path, "the file is empty, but its log " + path + "-wal is not"));
  }
  auto sqlite = Sqlite::open(path, access);
  if (!sqlite) return fail_for(sqlite.error(), path, "opened");
  std::unique_ptr<SqliteState> state(new SqliteState(path, access, *std::move(sqlite)));
  UPKEEP_CHECK(state->check_version());
  if (access == Access::write) UPKEEP_CHECK(state->prepare_to_write());
  if (!sizes.exists) UPKEEP_CHECK(sync_folder_of(path));
  return state;
}

Result<void> SqliteState::check_version() {
  const auto version = sqlite_.number("PRAGMA user_version");
  if (!version) return fail_for(version.error(), path_, "read");
  const auto application = sqlite_.number("PRAGMA application_id");
  if (!application) return fail_for(application.error(), path_, "read");
  const auto tables = sqlite_.number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return fail_for(tables.error(), path_, "read");
  const auto newest = static_cast<std::int64_t>(state_migrations().size());
  if (*application != state_application && (*application != 0 || *tables != 0)) {
    return fail("the database " + path_ +
                " is no state of upkeep; name another folder in `state:`, or move it away");
  }
  if (*version > newest) {
    return fail("the state " + path_ + " has version " + std::to_string(*version) +
                ", but this upkeep knows only up to version " + std::to_string(newest) +
                "; use the newer upkeep that wrote it");
  }
  if (access_ == Access::read && *version < newest) {
    return fail("the state " + path_ + " has the older version " + std::to_string(*version) +
                "; the next `upkeep run` or `upkeep start` brings it up to date");
  }
  return {};
}

Result<void> SqliteState::prepare_to_write() {
  // auto_vacuum counts only before the first table, journal_mode is kept in the file.
  const auto set = sqlite_.script(
      "PRAGMA auto_vacuum = INCREMENTAL;"
      "PRAGMA journal_mode = WAL;"
      "PRAGMA synchronous = FULL;"
      "PRAGMA foreign_keys = ON;"
      "PRAGMA cell_size_check = ON;"
      "PRAGMA wal_autocheckpoint = 512;"  // 2 MB: the log must fit on a small disk too
      "PRAGMA journal_size_limit = 16777216;");
  if (!set) return fail_for(set.error(), path_, "opened");
  if (const auto migrated = migrate(sqlite_, state_migrations()); !migrated) {
    return fail_for(migrated.error(), path_, "brought up to date");
  }
  return {};
}

Result<State> SqliteState::load() {
  if (auto begun = sqlite_.run("BEGIN"); !begun) return fail_for(begun.error(), path_, "read");
  auto state = read_state(sqlite_);
  if (sqlite_.in_transaction()) (void)sqlite_.run("ROLLBACK");
  if (!state) return fail_for(state.error(), path_, "read");
  return *std::move(state);
}

SqliteResult<void> SqliteState::commit_all(std::span<const Change> changes) {
  UPKEEP_CHECK(sqlite_.run("BEGIN IMMEDIATE"));
  for (const Change& change : changes) UPKEEP_CHECK(write_change(sqlite_, change));
  return sqlite_.run("COMMIT");
}

Result<void> SqliteState::commit(std::span<const Change> changes) {
  if (access_ == Access::read) return fail("the state " + path_ + " was opened for reading only");
  if (changes.empty()) return {};
  if (const auto done = commit_all(changes); !done) {
    if (sqlite_.in_transaction()) (void)sqlite_.run("ROLLBACK");
    // What the log holds is given back, so that the next try finds room where there is any.
    if (done.error().is_full()) (void)sqlite_.script("PRAGMA wal_checkpoint(TRUNCATE)");
    return fail_for(done.error(), path_, "written");
  }
  const bool expired = std::ranges::any_of(
      changes, [](const Change& change) { return std::holds_alternative<ExpireJournal>(change); });
  if (expired) give_back_space();
  return {};
}

/// What fails here is tried again at the next expiry, and costs nothing but space.
void SqliteState::give_back_space() {
  const auto pages = sqlite_.number("PRAGMA page_count");
  const auto unused = sqlite_.number("PRAGMA freelist_count");
  if (!pages || !unused || *unused < std::max(free_pages_min, *pages / 4)) return;
  const std::int64_t count = std::min(*unused - *pages / 8, free_pages_step);
  (void)sqlite_.script("PRAGMA incremental_vacuum(" + std::to_string(count) + ")");
}

Result<std::vector<JournalRow>> SqliteState::journal(std::string_view subject) {
  auto rows = read_journal(sqlite_, subject);
  if (!rows) return fail_for(rows.error(), path_, "read");
  return *std::move(rows);
}

}  // namespace upkeep
