// States of older and newer versions, and how they are brought up to date.
#include "io/state_schema.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "io/sqlite_state.h"
#include "io/test_folder.h"

namespace upkeep {
namespace {

using Access = SqliteState::Access;

std::unique_ptr<SqliteState> opened(const std::string& path, Access access = Access::write) {
  auto state = SqliteState::open(path, access);
  if (!state) {
    ADD_FAILURE() << state.error().text;
    return nullptr;
  }
  return *std::move(state);
}

std::string error_of_opening(const std::string& path, Access access = Access::write) {
  const auto state = SqliteState::open(path, access);
  if (!state) return state.error().text;
  const auto rows = (*state)->load();
  return rows ? "no error" : rows.error().text;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

PartitionRow partition(std::uint64_t number, std::string text = "") {
  PartitionRow row;
  row.collection = "weather";
  row.key = "day/" + std::to_string(number) + ".json";
  row.text = std::move(text);
  return row;
}

/// Carries out SQL as another program would.
void run_sql(const std::string& path, const std::string& sql) {
  auto sqlite = Sqlite::open(path, Access::write);
  ASSERT_TRUE(sqlite) << sqlite.error().text;
  const auto done = sqlite->script(sql);
  ASSERT_TRUE(done) << done.error().text;
}

TEST(StateSchema, a_newer_version_is_refused) {
  const TestFolder folder;
  const std::string path = folder / "upkeep.db";
  opened(path);
  run_sql(path, "PRAGMA user_version = 99");
  for (const Access access : {Access::read, Access::write}) {
    EXPECT_EQ(error_of_opening(path, access),
              "the state " + path + " has version 99, but this upkeep knows only up to version " +
                  std::to_string(state_migrations().size()) +
                  "; use the newer upkeep that wrote it");
  }
}

/// A state as version 1 wrote it. Never changed: such files are out there.
constexpr std::string_view fixture_of_version_1 = R"(
PRAGMA journal_mode = WAL;
PRAGMA application_id = 1970301797;
PRAGMA user_version = 1;
CREATE TABLE engine (id INTEGER PRIMARY KEY CHECK (id = 1), random INTEGER NOT NULL,
  next_id INTEGER NOT NULL) STRICT;
CREATE TABLE partitions (collection TEXT NOT NULL, key TEXT NOT NULL, attempts INTEGER NOT NULL,
  deferrals INTEGER NOT NULL, interrupted INTEGER NOT NULL, rests INTEGER NOT NULL,
  not_before INTEGER NOT NULL, gone_until INTEGER NOT NULL, why TEXT NOT NULL, text TEXT NOT NULL,
  changed INTEGER NOT NULL, PRIMARY KEY (collection, key)) STRICT, WITHOUT ROWID;
CREATE TABLE attempts (id INTEGER PRIMARY KEY, collection TEXT NOT NULL, task TEXT NOT NULL,
  started INTEGER NOT NULL, deadline INTEGER NOT NULL) STRICT;
CREATE TABLE attempt_keys (attempt INTEGER NOT NULL REFERENCES attempts (id) ON DELETE CASCADE,
  position INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY (attempt, position))
  STRICT, WITHOUT ROWID;
CREATE TABLE incidents (id INTEGER PRIMARY KEY, target TEXT NOT NULL, kind TEXT NOT NULL,
  state TEXT NOT NULL, since INTEGER NOT NULL, changed INTEGER NOT NULL, text TEXT NOT NULL,
  amount INTEGER NOT NULL) STRICT;
CREATE TABLE collections (name TEXT NOT NULL PRIMARY KEY, first_seen INTEGER NOT NULL,
  expected INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE journal (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, subject TEXT NOT NULL,
  text TEXT NOT NULL) STRICT;
CREATE INDEX journal_by_subject ON journal (subject, id);
CREATE INDEX journal_by_time ON journal (at);
INSERT INTO engine VALUES (1, -1, 42);
INSERT INTO partitions VALUES
  ('weather', 'a.json', 1, 2, 3, 4, 5000, 6000, 'timeout', 'ended after 10m', 7000);
INSERT INTO attempts VALUES (41, 'weather', 't1', 1000, 2000);
INSERT INTO attempt_keys VALUES (41, 0, 'b.json'), (41, 1, 'a.json');
INSERT INTO incidents VALUES (7, 'store:lake', 'held_loss', 'open', 1, 2, 'a third is gone', 33);
INSERT INTO collections VALUES ('weather', 1000, 1461);
INSERT INTO journal VALUES (1, 1000, 'weather a.json', 'started');
)";

Time at(std::int64_t milliseconds) { return Time{Duration{milliseconds}}; }

TEST(StateSchema, a_state_of_version_1_opens) {
  const TestFolder folder;
  const std::string path = folder / "upkeep.db";
  run_sql(path, std::string(fixture_of_version_1));
  const auto state = opened(path);
  const auto rows = state->load();
  ASSERT_TRUE(rows) << rows.error().text;
  EXPECT_EQ(rows->engine, (EngineRow{~0ull, 42}));
  ASSERT_EQ(rows->partitions.size(), 1u);
  EXPECT_EQ(rows->partitions.begin()->second,
            (PartitionRow{"weather", "a.json", 1, 2, 3, 4, at(5000), at(6000),
                          FailureClass::timeout, "ended after 10m", at(7000)}));
  EXPECT_EQ(rows->attempts.at(AttemptId{41}),
            (AttemptRow{AttemptId{41}, "weather", "t1", {"b.json", "a.json"}, at(1000), at(2000)}));
  EXPECT_EQ(rows->incidents.at(IncidentId{7}),
            (IncidentRow{IncidentId{7}, "store:lake", "held_loss", IncidentRow::State::open, at(1),
                         at(2), "a third is gone", 33}));
  EXPECT_EQ(rows->collections.at("weather"), (CollectionRow{"weather", at(1000), 1461}));
  EXPECT_EQ(state->journal("weather a.json")->size(), 1u);
  EXPECT_TRUE(state->commit(std::vector<Change>{PutPartition{partition(1)}}));
}

TEST(StateSchema, a_new_state_has_the_tables_that_migrations_end_with) {
  const TestFolder folder;
  run_sql(folder / "old.db", std::string(fixture_of_version_1));
  opened(folder / "old.db");
  opened(folder / "new.db");
  const auto schema_of = [&](const char* name) {
    auto sqlite = Sqlite::open(folder / name, Access::read);
    auto statement = sqlite->prepare(
        "SELECT m.name || '.' || coalesce(c.name, '') || ' ' || coalesce(c.type, '') FROM "
        "sqlite_schema m LEFT JOIN pragma_table_info(m.name) c ORDER BY 1");
    std::vector<std::string> lines;
    while (*statement->step()) lines.emplace_back(statement->text(0));
    return lines;
  };
  EXPECT_EQ(schema_of("old.db"), schema_of("new.db"));
  EXPECT_GT(schema_of("new.db").size(), 30u);
}

TEST(StateSchema, a_later_version_migrates_once_and_keeps_the_rows) {
  const TestFolder folder;
  const std::string path = folder / "upkeep.db";
  ASSERT_TRUE(opened(path)->commit(std::vector<Change>{PutPartition{partition(1)}}));
  auto sqlite = Sqlite::open(path, Access::write);
  ASSERT_TRUE(sqlite);
  std::vector<std::string_view> scripts(state_migrations().begin(), state_migrations().end());
  scripts.push_back("ALTER TABLE partitions ADD COLUMN note TEXT NOT NULL DEFAULT 'none'");
  for (int i = 0; i < 2; ++i) {
    const auto done = migrate(*sqlite, scripts);
    ASSERT_TRUE(done) << done.error().text;
  }
  EXPECT_EQ(*sqlite->number("PRAGMA user_version"), static_cast<std::int64_t>(scripts.size()));
  EXPECT_EQ(*sqlite->number("SELECT count(*) FROM partitions WHERE note = 'none'"), 1);
}

TEST(StateSchema, a_migration_that_fails_leaves_the_old_version) {
  const TestFolder folder;
  const std::string path = folder / "upkeep.db";
  ASSERT_TRUE(opened(path)->commit(std::vector<Change>{PutPartition{partition(1)}}));
  {
    auto sqlite = Sqlite::open(path, Access::write);
    std::vector<std::string_view> scripts(state_migrations().begin(), state_migrations().end());
    scripts.push_back("DELETE FROM partitions; INSERT INTO nowhere VALUES (1)");
    EXPECT_FALSE(migrate(*sqlite, scripts));
    EXPECT_FALSE(sqlite->in_transaction());
  }
  EXPECT_EQ(opened(path)->load()->partitions.size(), 1u);
}

TEST(StateSchema, an_older_version_is_not_read_before_it_is_brought_up_to_date) {
  const TestFolder folder;
  const std::string path = folder / "upkeep.db";
  run_sql(path, "PRAGMA application_id = 1970301797; CREATE TABLE old (x)");
  const std::string error = error_of_opening(path, Access::read);
  EXPECT_TRUE(contains(error, "older version 0; the next `upkeep run`")) << error;
}

}  // namespace
}  // namespace upkeep
