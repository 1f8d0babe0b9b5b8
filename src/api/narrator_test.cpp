// What an observer of a cycle is told, and what is no news to it.
#include "api/narrator.h"

#include <gtest/gtest.h>

namespace upkeep {
namespace {

Step with_incident(IncidentRow::State state, std::uint64_t amount) {
  IncidentRow row;
  row.id = IncidentId{2};
  row.state = state;
  row.amount = amount;
  Step step;
  step.changes.push_back(PutIncident{row});
  return step;
}

TEST(Narrator, tells_of_an_incident_when_it_opens_and_when_it_is_over) {
  const Config config;
  Narrator narrator(config);
  const auto told = [&](IncidentRow::State state, std::uint64_t amount) {
    return narrator.tell(Time{}, TimePassed{}, with_incident(state, amount)).size();
  };
  EXPECT_EQ(told(IncidentRow::State::open, 40), 1u);
  EXPECT_EQ(told(IncidentRow::State::open, 39), 0u) << "its numbers are no news";
  EXPECT_EQ(told(IncidentRow::State::acked, 39), 1u);
  EXPECT_EQ(told(IncidentRow::State::closed, 39), 1u);
  EXPECT_EQ(told(IncidentRow::State::open, 41), 1u) << "again";
}

}  // namespace
}  // namespace upkeep
