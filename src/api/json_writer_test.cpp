// Tests of the JSON writer and of the small views made with it.
#include "api/json_writer.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "api/explain.h"
#include "api/incidents_json.h"
#include "base/json.h"
#include "base/json_text.h"
#include "base/text.h"

namespace upkeep {
namespace {

TEST(json_writer, containers_down_to_a_depth_have_a_line_for_each_member) {
  std::string out;
  JsonWriter json(out, 2);
  json.begin_object().member("a", 1).key("list").begin_array();
  json.begin_object().member("x", true).member("y", 0.5).end_object();
  json.begin_object().end_object().end_array().key("none").null().end_object();
  EXPECT_EQ(out,
            "{\n  \"a\": 1,\n  \"list\": [\n    {\"x\": true, \"y\": 0.5},\n    {}\n  ],\n"
            "  \"none\": null\n}");
}

TEST(json_writer, numbers_that_json_does_not_know_become_null) {
  std::string out;
  JsonWriter(out).begin_array().value(std::numeric_limits<double>::quiet_NaN()).end_array();
  EXPECT_EQ(out, "[null]");
}

RC_GTEST_PROP(json_writer, every_text_reads_back_or_is_replaced, (const std::string& text)) {
  std::string out;
  append_json_string(out, text);
  const auto parsed = parse_json(out);
  RC_ASSERT(parsed.has_value());
  if (is_utf8(text)) RC_ASSERT(parsed->get<std::string>() == text);
}

std::map<IncidentId, IncidentRow> two_incidents() {
  IncidentRow held;
  held.id = IncidentId{3};
  held.target = "collection:espn-pbp";
  held.kind = "held_loss";
  held.since = held.changed = Time{std::chrono::hours{1}};
  held.text = "the inventory lost 40 of 100 partitions";
  held.amount = 40;
  IncidentRow closed = held;
  closed.id = IncidentId{2};
  closed.state = IncidentRow::State::closed;
  return {{held.id, held}, {closed.id, closed}};
}

TEST(incidents_json, closed_ones_are_listed_only_when_asked_for) {
  const auto open = parse_json(incidents_json(two_incidents(), false));
  ASSERT_TRUE(open.has_value());
  ASSERT_EQ(open->size(), 1u);
  EXPECT_EQ(open->at(0).at("id"), "i3");
  EXPECT_EQ(open->at(0).at("class"), "held_loss");
  EXPECT_EQ(open->at(0).at("state"), "open");
  EXPECT_EQ(open->at(0).at("since"), "1970-01-01T01:00:00Z");
  EXPECT_EQ(open->at(0).at("amount"), 40);
  EXPECT_EQ(parse_json(incidents_json(two_incidents(), true))->size(), 2u);
  EXPECT_EQ(incidents_json({}, false), "[]\n");
}

TEST(incidents_text, each_incident_has_a_row_and_a_sentence) {
  const Time now{std::chrono::hours{3}};
  EXPECT_EQ(incidents_text(two_incidents(), false, now, {}),
            "ID  STATE  CLASS      TARGET               SINCE                 AGE\n"
            "i3  open   held_loss  collection:espn-pbp  1970-01-01T01:00:00Z   2h\n\n"
            "i3: the inventory lost 40 of 100 partitions (`upkeep ack i3` lets go of it)\n");
  EXPECT_EQ(incidents_text({}, false, now, {}), "No incident is open.\n");
}

TEST(explain, decisions_come_oldest_first_in_both_forms) {
  const Explanation explanation{
      "partition",
      "espn/2025-10-21.json",
      {{"collection", "espn"}, {"gap", "missing"}},
      "It rests until 1970-01-02T00:00:00Z.",
      {{Time{}, "espn espn/2025-10-21.json", "attempt 1 of 4 failed, timeout"}}};
  EXPECT_EQ(explain_text(explanation, {}),
            "partition espn/2025-10-21.json\n"
            "  collection  espn\n"
            "  gap         missing\n"
            "\n"
            "It rests until 1970-01-02T00:00:00Z.\n"
            "\n"
            "What was decided, oldest first\n"
            "  1970-01-01T00:00:00Z  attempt 1 of 4 failed, timeout\n");
  const auto json = parse_json(explain_json(explanation));
  ASSERT_TRUE(json.has_value());
  EXPECT_EQ(json->at("facts").at("gap"), "missing");
  EXPECT_EQ(json->at("decisions").at(0).at("text"), "attempt 1 of 4 failed, timeout");
}

}  // namespace
}  // namespace upkeep
