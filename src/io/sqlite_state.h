// State kept in one SQLite database, durable with each commit.
#pragma once
#include <memory>
#include <string>

#include "base/result.h"
#include "io/sqlite.h"
#include "port/state_store.h"

namespace upkeep {

/// For one thread at a time. Several processes may read while one writes; that only one
/// writes is the business of OwnerLock.
class SqliteState final : public StateStore {
 public:
  using Access = Sqlite::Access;

  /// With Access::write, makes the database when it is missing (its folder must exist) and
  /// brings one of an older version up to date. Errors name the file and what to do: one of
  /// a newer version, one that is damaged, a file that is no state, a full disk. With
  /// Access::read, a missing database and one of an older version are errors too.
  static Result<std::unique_ptr<SqliteState>> open(const std::string& path, Access);

  Result<State> load() override;
  Result<void> commit(std::span<const Change>) override;
  Result<std::vector<JournalRow>> journal(std::string_view subject) override;

 private:
  SqliteState(std::string path, Access access, Sqlite sqlite)
      : path_(std::move(path)), access_(access), sqlite_(std::move(sqlite)) {}
  Result<void> prepare_to_write();
  Result<void> check_version();
  SqliteResult<void> commit_all(std::span<const Change>);
  void give_back_space();

  std::string path_;
  Access access_;
  Sqlite sqlite_;
};

}  // namespace upkeep
