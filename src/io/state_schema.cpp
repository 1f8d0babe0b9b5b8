// The tables of the state.
#include "io/state_schema.h"

#include <array>
#include <string>

namespace upkeep {
namespace {

// Numbers without sign are kept as the signed ones of the same bits, times as milliseconds
// since 1970. Texts are bytes: keys and output need not be UTF-8.
constexpr std::string_view version_1 = R"(
CREATE TABLE engine (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  random INTEGER NOT NULL,
  next_id INTEGER NOT NULL
) STRICT;
CREATE TABLE partitions (
  collection TEXT NOT NULL,
  key TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  deferrals INTEGER NOT NULL,
  interrupted INTEGER NOT NULL,
  rests INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  gone_until INTEGER NOT NULL,
  why TEXT NOT NULL,
  text TEXT NOT NULL,
  changed INTEGER NOT NULL,
  PRIMARY KEY (collection, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE attempts (
  id INTEGER PRIMARY KEY,
  collection TEXT NOT NULL,
  task TEXT NOT NULL,
  started INTEGER NOT NULL,
  deadline INTEGER NOT NULL
) STRICT;
CREATE TABLE attempt_keys (
  attempt INTEGER NOT NULL REFERENCES attempts (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  key TEXT NOT NULL,
  PRIMARY KEY (attempt, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE incidents (
  id INTEGER PRIMARY KEY,
  target TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  since INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  text TEXT NOT NULL,
  amount INTEGER NOT NULL
) STRICT;
CREATE TABLE collections (
  name TEXT NOT NULL PRIMARY KEY,
  first_seen INTEGER NOT NULL,
  expected INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE journal (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE INDEX journal_by_subject ON journal (subject, id);
CREATE INDEX journal_by_time ON journal (at);
)";

// `spent`: what encode_spending() writes.
constexpr std::string_view version_2 = R"(
CREATE TABLE upstreams (
  name TEXT NOT NULL PRIMARY KEY,
  changed INTEGER NOT NULL,
  last INTEGER NOT NULL,
  spent TEXT NOT NULL,
  granted INTEGER NOT NULL,
  throttled INTEGER NOT NULL,
  hold_until INTEGER NOT NULL,
  hold TEXT NOT NULL,
  allowed INTEGER NOT NULL,
  ceiling INTEGER NOT NULL,
  measured INTEGER NOT NULL,
  throttles INTEGER NOT NULL,
  tried INTEGER NOT NULL,
  tried_before INTEGER NOT NULL,
  refused_before INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  unthrottled INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  outcomes INTEGER NOT NULL,
  opened INTEGER NOT NULL,
  open_until INTEGER NOT NULL,
  failure TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)";

constexpr std::string_view version_3 = R"(
CREATE TABLE schedules (
  collector TEXT NOT NULL PRIMARY KEY,
  times TEXT NOT NULL,
  due INTEGER NOT NULL,
  phase TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)";

constexpr std::array migrations = {version_1, version_2, version_3};

}  // namespace

std::span<const std::string_view> state_migrations() { return migrations; }

SqliteResult<void> migrate(Sqlite& sqlite, std::span<const std::string_view> scripts) {
  const auto version = sqlite.number("PRAGMA user_version");
  if (!version) return std::unexpected(version.error());
  if (*version >= static_cast<std::int64_t>(scripts.size())) return {};
  std::string all = "BEGIN IMMEDIATE;";
  for (auto i = static_cast<std::size_t>(*version); i < scripts.size(); ++i) all += scripts[i];
  all += ";PRAGMA application_id = " + std::to_string(state_application);
  all += ";PRAGMA user_version = " + std::to_string(scripts.size());
  all += ";COMMIT";
  auto done = sqlite.script(all);
  if (!done && sqlite.in_transaction()) (void)sqlite.script("ROLLBACK");
  return done;
}

}  // namespace upkeep
