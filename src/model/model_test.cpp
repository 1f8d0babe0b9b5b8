// The words of the model's enumerations, and what changes do to rows.
#include <gtest/gtest.h>

#include <set>

#include "model/failure.h"
#include "model/gap.h"
#include "model/priority.h"
#include "model/state.h"

namespace upkeep {
namespace {

TEST(Words, every_gap_kind_is_found_by_its_word) {
  std::set<std::string_view> words;
  for (const GapKind kind : gap_kinds) {
    EXPECT_EQ(parse_gap_kind(to_text(kind)), kind);
    words.insert(to_text(kind));
  }
  EXPECT_EQ(words.size(), gap_kinds.size());
  EXPECT_FALSE(parse_gap_kind("lost"));
}

TEST(Words, every_failure_class_is_found_by_its_word) {
  std::set<std::string_view> words;
  for (const FailureClass why : failure_classes) {
    EXPECT_EQ(parse_failure_class(to_text(why)), why);
    words.insert(to_text(why));
  }
  EXPECT_EQ(words.size(), static_cast<std::size_t>(FailureClass::unknown) + 1);
  EXPECT_FALSE(parse_failure_class(""));
}

TEST(Words, a_priority_is_read_in_any_case) {
  for (const Priority priority : priorities) {
    EXPECT_EQ(parse_priority(to_text(priority)), priority);
  }
  EXPECT_EQ(parse_priority("critical"), Priority::critical);
  EXPECT_EQ(parse_priority("Low"), Priority::low);
  EXPECT_FALSE(parse_priority("lowest"));
  EXPECT_FALSE(parse_priority(""));
}

TEST(Words, every_incident_state_is_found_by_its_word) {
  using enum IncidentRow::State;
  for (const IncidentRow::State state : {open, acked, closed}) {
    EXPECT_EQ(parse_incident_state(to_text(state)), state);
  }
  EXPECT_FALSE(parse_incident_state("shut"));
}

TEST(Apply, a_row_is_put_replaced_and_dropped) {
  State state;
  PartitionRow row;
  row.collection = "weather";
  row.key = "a/1.json";
  row.attempts = 1;
  apply(state, PutPartition{row});
  row.attempts = 2;
  apply(state, PutPartition{row});
  PartitionRow other = row;
  other.key = "a/2.json";
  apply(state, PutPartition{other});
  ASSERT_EQ(state.partitions.size(), 2u);
  EXPECT_EQ((state.partitions.at({"weather", "a/1.json"})), row);
  apply(state, DropPartition{"weather", "a/1.json"});
  apply(state, DropPartition{"weather", "never/there.json"});
  ASSERT_EQ(state.partitions.size(), 1u);
  EXPECT_EQ(state.partitions.begin()->second, other);
}

TEST(Apply, attempts_incidents_collections_and_the_engine_are_rows_too) {
  State state;
  AttemptRow attempt;
  attempt.id = AttemptId{7};
  attempt.keys = {"a", "b"};
  IncidentRow incident;
  incident.id = IncidentId{7};
  incident.kind = "held_loss";
  CollectionRow collection;
  collection.name = "weather";
  collection.expected = 9;
  apply(state, PutAttempt{attempt});
  apply(state, PutIncident{incident});
  apply(state, PutCollection{collection});
  apply(state, PutEngine{{5, 6}});
  EXPECT_EQ(state.attempts.at(AttemptId{7}), attempt);
  EXPECT_EQ(state.incidents.at(IncidentId{7}), incident);
  EXPECT_EQ(state.collections.at("weather"), collection);
  EXPECT_EQ(state.engine, (EngineRow{5, 6}));
  apply(state, DropAttempt{AttemptId{7}});
  EXPECT_TRUE(state.attempts.empty());
  EXPECT_EQ(state.incidents.size(), 1u) << "an attempt's number is no incident's";
  apply(state, DropIncident{IncidentId{7}});
  EXPECT_TRUE(state.incidents.empty());
  apply(state, DropCollection{"weather"});
  EXPECT_TRUE(state.collections.empty());
}

TEST(Apply, the_journal_is_no_part_of_the_rows) {
  State state;
  apply(state, AddJournal{{{}, "weather a/1.json", "started"}});
  apply(state, ExpireJournal{{}});
  EXPECT_TRUE(state.partitions.empty());
  EXPECT_EQ(state.engine, EngineRow{});
}

}  // namespace
}  // namespace upkeep
