// The contract of the state store, for every implementation.
#include "port/state_store.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <memory>

#include "io/memory_state.h"
#include "io/sqlite_state.h"
#include "io/test_folder.h"

namespace upkeep {

// For the messages of failed tests.
void PrintTo(const PartitionRow& row, std::ostream* out) {
  *out << row.collection << " " << row.key << " attempts " << row.attempts;
}

namespace {

bool same(const State& a, const State& b) {
  return a.engine == b.engine && a.partitions == b.partitions && a.attempts == b.attempts &&
         a.incidents == b.incidents && a.collections == b.collections &&
         a.upstreams == b.upstreams && a.schedules == b.schedules;
}

Time at_hour(int hour) { return Time{std::chrono::hours{hour}}; }

/// One kind of store, which may be closed and opened again where it outlives that.
struct Kind {
  std::string name;
  std::unique_ptr<StateStore> (*open)(const TestFolder&);
  bool lasts = false;
};

const Kind kinds[] = {
    {"memory",
     [](const TestFolder&) -> std::unique_ptr<StateStore> {
       return std::make_unique<MemoryState>();
     },
     false},
    {"sqlite",
     [](const TestFolder& folder) -> std::unique_ptr<StateStore> {
       auto state = SqliteState::open(folder / "upkeep.db", SqliteState::Access::write);
       if (!state) {
         ADD_FAILURE() << state.error().text;
         return nullptr;
       }
       return *std::move(state);
     },
     true},
};

class StateStoreContract : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override { reopen(); }
  void reopen() {
    if (store && !GetParam().lasts) return;
    store.reset();
    store = GetParam().open(folder);
    ASSERT_NE(store, nullptr);
  }
  State loaded() {
    auto state = store->load();
    if (!state) ADD_FAILURE() << state.error().text;
    return state ? *state : State();
  }
  void commit(const std::vector<Change>& changes) {
    const auto done = store->commit(changes);
    ASSERT_TRUE(done) << done.error().text;
  }
  std::vector<std::string> journal_of(std::string_view subject) {
    std::vector<std::string> texts;
    const auto rows = store->journal(subject);
    EXPECT_TRUE(rows);
    for (const JournalRow& row : *rows) texts.push_back(row.text);
    return texts;
  }

  const TestFolder folder;
  std::unique_ptr<StateStore> store;
};

PartitionRow partition(std::string key) {
  PartitionRow row;
  row.collection = "weather";
  row.key = std::move(key);
  row.attempts = 1;
  row.deferrals = 2;
  row.interrupted = 3;
  row.rests = 4;
  row.not_before = at_hour(5);
  row.gone_until = at_hour(6);
  row.why = FailureClass::timeout;
  row.text = "ended after 10m";
  row.changed = at_hour(7);
  return row;
}

TEST_P(StateStoreContract, a_new_store_is_empty) {
  EXPECT_TRUE(same(loaded(), State()));
  EXPECT_TRUE(journal_of("").empty());
}

TEST_P(StateStoreContract, every_field_of_every_row_comes_back) {
  AttemptRow attempt{AttemptId{~0ull}, "weather",  "t0123456789ab",
                     {"b", "a", "b"},  at_hour(1), at_hour(2)};
  IncidentRow incident{IncidentId{9}, "store:lake", "held_loss",       IncidentRow::State::acked,
                       at_hour(3),    at_hour(4),   "a third is gone", ~0ull};
  CollectionRow collection{"weather", at_hour(-5), 1ull << 63};
  UpstreamRow upstream{.name = "espn",
                       .changed = at_hour(1),
                       .last = at_hour(2),
                       .spent = {},
                       .granted = 3,
                       .throttled = 4,
                       .hold_until = at_hour(5),
                       .hold = "it asked for a pause",
                       .allowed = 6,
                       .ceiling = 7,
                       .measured = 8,
                       .throttles = 9,
                       .tried = 21,
                       .tried_before = 22,
                       .refused_before = 23,
                       .attempts = 10,
                       .unthrottled = 11,
                       .failures = 12,
                       .outcomes = 13,
                       .opened = 14,
                       .open_until = at_hour(15),
                       .failure = "exit code 1"};
  ScheduleRow schedule{"espn", "0 2 * * *", at_hour(24), ScheduleRow::Phase::filling};
  upstream.spent[0] = {{at_hour(16), 17}};
  upstream.spent[budget_count - 1] = {{at_hour(-18), ~0ull}, {at_hour(19), 20}};
  const std::vector<Change> changes = {PutEngine{{~0ull, 1ull << 63}}, PutPartition{partition("a")},
                                       PutPartition{partition("b")},   PutAttempt{attempt},
                                       PutIncident{incident},          PutCollection{collection},
                                       PutUpstream{upstream},          PutSchedule{schedule}};
  commit(changes);
  reopen();
  State expected;
  for (const Change& change : changes) apply(expected, change);
  EXPECT_TRUE(same(loaded(), expected));
}

TEST_P(StateStoreContract, a_row_that_is_put_again_is_replaced) {
  commit({PutPartition{partition("a")}, PutAttempt{{AttemptId{1}, "c", "t", {"x", "y"}, {}, {}}}});
  PartitionRow row;
  row.collection = "weather";
  row.key = "a";
  commit({PutPartition{row}, PutAttempt{{AttemptId{1}, "c", "t", {"z"}, {}, {}}}});
  reopen();
  const State state = loaded();
  EXPECT_EQ(state.partitions.at({"weather", "a"}), row);
  EXPECT_EQ(state.attempts.at(AttemptId{1}).keys, std::vector<std::string>{"z"});
}

TEST_P(StateStoreContract, changes_act_in_their_order) {
  commit({PutPartition{partition("a")}, DropPartition{"weather", "a"}});
  EXPECT_TRUE(loaded().partitions.empty());
  commit({DropPartition{"weather", "a"}, PutPartition{partition("a")}});
  EXPECT_EQ(loaded().partitions.size(), 1u);
}

TEST_P(StateStoreContract, dropping_what_is_not_there_is_no_error) {
  commit({DropPartition{"weather", "a"}, DropAttempt{AttemptId{4}}, DropIncident{IncidentId{4}}});
  EXPECT_TRUE(same(loaded(), State()));
}

TEST_P(StateStoreContract, no_changes_are_no_error) { commit({}); }

TEST_P(StateStoreContract, any_bytes_come_back_as_they_were) {
  PartitionRow row = partition(std::string("odd/\n\0\xff\xc3 ' \" ..", 15));
  row.text = std::string("\0\0", 2);
  PartitionRow empty;
  commit({PutPartition{row}, PutPartition{empty},
          PutAttempt{{AttemptId{1}, "", "", {row.key, ""}, {}, {}}}});
  reopen();
  const State state = loaded();
  EXPECT_EQ(state.partitions.at({row.collection, row.key}), row);
  EXPECT_EQ(state.partitions.at({"", ""}), empty);
  EXPECT_EQ(state.attempts.at(AttemptId{1}).keys, (std::vector<std::string>{row.key, ""}));
}

TEST_P(StateStoreContract, the_smallest_and_largest_times_come_back) {
  PartitionRow row = partition("a");
  row.not_before = Time::min();
  row.gone_until = Time::max();
  commit({PutPartition{row}});
  reopen();
  EXPECT_EQ(loaded().partitions.begin()->second, row);
}

TEST_P(StateStoreContract, the_journal_of_a_subject_is_told_oldest_first) {
  commit({AddJournal{{at_hour(1), "weather a", "started"}},
          AddJournal{{at_hour(1), "weather b", "started"}},
          AddJournal{{at_hour(1), "weather a", "failed"}}});
  commit({AddJournal{{at_hour(2), "weather a", "rests"}}});
  reopen();
  EXPECT_EQ(journal_of("weather a"), (std::vector<std::string>{"started", "failed", "rests"}));
  EXPECT_EQ(journal_of("weather"), std::vector<std::string>());
  const auto rows = store->journal("weather b");
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ(rows->front(), (JournalRow{at_hour(1), "weather b", "started"}));
}

TEST_P(StateStoreContract, old_journal_rows_expire_and_younger_ones_stay) {
  commit({AddJournal{{at_hour(1), "s", "one"}}, AddJournal{{at_hour(2), "s", "two"}},
          AddJournal{{at_hour(3), "s", "three"}}});
  commit({ExpireJournal{at_hour(2)}});
  EXPECT_EQ(journal_of("s"), (std::vector<std::string>{"two", "three"}));
  commit({ExpireJournal{at_hour(9)}, AddJournal{{at_hour(4), "s", "four"}}});
  reopen();
  EXPECT_EQ(journal_of("s"), std::vector<std::string>{"four"});
}

rc::Gen<std::string> few_names() {
  return rc::gen::element<std::string>("", "a", "b", "a/b", "\xff\n");
}

Change any_change() {
  const auto id = *rc::gen::inRange<std::uint64_t>(0, 4);
  const auto number = *rc::gen::arbitrary<std::uint64_t>();
  const Time time{Duration{*rc::gen::arbitrary<std::int64_t>()}};
  const auto small = *rc::gen::inRange(0, 1000);
  switch (*rc::gen::inRange(0, 15)) {
    case 0:
      return PutEngine{{number, id}};
    case 1:
    case 2:
      return PutPartition{{*few_names(), *few_names(), small, small + 1, small + 2, small + 3, time,
                           time, *rc::gen::elementOf(failure_classes), *few_names(), time}};
    case 3:
      return DropPartition{*few_names(), *few_names()};
    case 4:
      return PutAttempt{{AttemptId{id}, *few_names(), *few_names(),
                         *rc::gen::container<std::vector<std::string>>(few_names()), time, time}};
    case 5:
      return DropAttempt{AttemptId{id}};
    case 6:
      return PutIncident{{IncidentId{id}, *few_names(), *few_names(),
                          *rc::gen::element(IncidentRow::State::open, IncidentRow::State::closed),
                          time, time, *few_names(), number}};
    case 7:
      return DropIncident{IncidentId{id}};
    case 8:
      return PutCollection{{*few_names(), time, number}};
    case 9:
      return DropCollection{*few_names()};
    case 10: {
      UpstreamRow row;
      row.name = *few_names();
      row.hold_until = time;
      row.failure = *few_names();
      row.spent[id] = {{time, number}};
      return PutUpstream{row};
    }
    case 11:
      return DropUpstream{*few_names()};
    case 12:
      return PutSchedule{{*few_names(), *few_names(), time,
                          *rc::gen::element(ScheduleRow::Phase::done, ScheduleRow::Phase::listing,
                                            ScheduleRow::Phase::filling)}};
    case 13:
      return DropSchedule{*few_names()};
    default:
      return AddJournal{{time, *few_names(), *few_names()}};
  }
}

TEST_P(StateStoreContract, every_store_comes_to_the_rows_that_apply_comes_to) {
  State expected;
  const bool holds = rc::check([&] {
    std::vector<Change> changes;
    for (int i = *rc::gen::inRange(0, 20); i > 0; --i) changes.push_back(any_change());
    const auto done = store->commit(changes);
    RC_ASSERT(done.has_value());
    for (const Change& change : changes) apply(expected, change);
    if (*rc::gen::inRange(0, 10) == 0) reopen();
    RC_ASSERT(same(loaded(), expected));
  });
  EXPECT_TRUE(holds);
}

INSTANTIATE_TEST_SUITE_P(Stores, StateStoreContract, testing::ValuesIn(kinds),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace upkeep
