// Tests of how a cycle is shown, line by line and as a report.
#include "cli/run_view.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "api/testing.h"
#include "base/json.h"
#include "base/text.h"
#include "coverage/selector.h"

namespace upkeep {
namespace {

using testing::at;
using testing::World;

/// A terminal whose output is read back.
class Tape {
 public:
  Tape() : file_(std::tmpfile()) {}
  ~Tape() { std::fclose(file_); }
  int descriptor() const { return ::fileno(file_); }
  std::string text() const {
    std::string text;
    char buffer[4096];
    ::lseek(descriptor(), 0, SEEK_SET);
    for (ssize_t n; (n = ::read(descriptor(), buffer, sizeof buffer)) > 0;) {
      text.append(buffer, static_cast<std::size_t>(n));
    }
    return text;
  }

 private:
  std::FILE* file_;
};

Environment no_environment() {
  return [](std::string_view) { return std::optional<std::string>(); };
}

/// Three gaps: one is closed, one fails and rests, one is gone.
class ACycle : public ::testing::Test {
 protected:
  ACycle() : world_("2025-10-31T12:00:00Z") {
    coverage_ = &world_.add("games", "games/{number}.json", {testing::numbers("number", 1, 10)});
    world_.config().state = "/srv/state";
    for (const std::uint64_t gap : {1u, 2u, 3u}) coverage_->mark(gap, GapKind::missing);
    world_.queue().total_tasks = 3;
  }

  void play(Observer& view) {
    view.began(world_.snapshot());
    const Time now = at("2025-10-31T12:00:01Z");
    for (std::uint64_t i = 1; i <= 3; ++i) {
      view.observe(now,
                   fact::AttemptStarted{{i}, "t1", "games", "number=" + std::to_string(i), 1, 1});
    }
    view.observe(now, fact::AttemptProgressed{{1}, 0.5});
    view.observe(now, fact::AttemptEnded{{1}});
    fact::AttemptSettled closed;
    closed.attempt = AttemptId{1};
    closed.closed = 1;
    view.observe(now, closed);
    fact::AttemptSettled rests;
    rests.attempt = AttemptId{2};
    rests.resting = 1;
    rests.why = FailureClass::timeout;
    rests.text = "no end within 10s\x1b[2J";
    rests.again = at("2025-10-31T18:00:00Z");
    view.observe(now, rests);
    fact::AttemptSettled gone;
    gone.attempt = AttemptId{3};
    gone.gone = 1;
    view.observe(now, gone);

    coverage_->mark(1, std::nullopt);
    PartitionRow row;
    row.collection = "games";
    row.key = "games/3.json";
    row.rests = 1;
    row.not_before = *rests.again;
    row.why = FailureClass::timeout;
    rows_[2] = row;
    row.key = "games/4.json";
    row.gone_until = at("2025-11-30T12:00:00Z");
    rows_[3] = row;
    Snapshot after = world_.snapshot();
    after.now = at("2025-10-31T12:00:05Z");
    after.collections[0].gone = {3};
    after.collections[0].rows = &rows_;
    view.finished(after);
  }

  World world_;
  Coverage* coverage_;
  std::map<std::uint64_t, PartitionRow> rows_;
};

TEST_F(ACycle, without_a_terminal_each_noteworthy_fact_has_a_line_with_its_time) {
  Tape tape;
  {
    Terminal terminal(tape.descriptor(), tape.descriptor(), no_environment());
    PlainRunView view(terminal, {});
    play(view);
  }
  const std::string expected =
      "2025-10-31T12:00:01Z started games number=1: 1 partition, attempt 1\n"
      "2025-10-31T12:00:01Z started games number=2: 1 partition, attempt 1\n"
      "2025-10-31T12:00:01Z started games number=3: 1 partition, attempt 1\n"
      "2025-10-31T12:00:01Z closed  games number=1: 1 closed\n"
      "2025-10-31T12:00:01Z rests   games number=2: 1 resting; timeout: no end within "
      "10s\\x1b[2J; again from 2025-10-31T18:00:00Z\n"
      "2025-10-31T12:00:01Z gone    games number=3: 1 gone\n"
      "\n"
      "Closed 1 gap in 5.0s with 3 attempts, of which 1 failed (1 timeout); 1 gap is left.\n"
      "1 partition does not exist upstream, say their collectors; they count as gone, not as "
      "gaps.\n"
      "Proof: after each attempt the store itself was looked at, and only what it shows as "
      "expected was closed.\n"
      "\n"
      "COLLECTION  BEFORE   AFTER  CLOSED  GONE  GAPS LEFT\n"
      "games       70.0 %  88.9 %       1     1          1\n"
      "\n"
      "Still lacking\n"
      "  1 gap of games: rests after the last retry: timeout, such as games/3.json\n"
      "\n"
      "Next\n"
      "  upkeep explain games/3.json        why one of them is left\n"
      "  upkeep gaps                        all that are left\n"
      "  less /srv/state/logs/failures.log  what failed, and why\n";
  EXPECT_EQ(tape.text(), expected);
}

TEST_F(ACycle, the_report_for_programs_has_the_same_numbers) {
  Tape tape;
  {
    Terminal terminal(tape.descriptor(), tape.descriptor(), no_environment());
    JsonRunView view(terminal, {});
    play(view);
  }
  const auto json = parse_json(tape.text());
  ASSERT_TRUE(json.has_value());
  EXPECT_EQ(json->at("closed"), 1);
  EXPECT_EQ(json->at("gone"), 1);
  EXPECT_EQ(json->at("attempts"), 3);
  EXPECT_EQ(json->at("failures").at("timeout"), 1);
  EXPECT_EQ(json->at("gaps_before"), 3);
  EXPECT_EQ(json->at("gaps_left"), 1);
  EXPECT_EQ(json->at("collections").at(0).at("after").at("gaps"), 1);
  EXPECT_EQ(json->at("left").at(0).at("sample"), "games/3.json");
}

TEST_F(ACycle, only_the_partitions_that_where_names_are_counted) {
  const Condition where = *parse_condition("number >= 4");
  Tape tape, programs, live;
  {
    Terminal terminal(tape.descriptor(), tape.descriptor(), no_environment());
    PlainRunView view(terminal, where);
    play(view);
    Terminal for_programs(programs.descriptor(), programs.descriptor(), no_environment());
    JsonRunView report(for_programs, where);
    play(report);
    Terminal drawn(live.descriptor(), live.descriptor(), no_environment());
    LiveRunView lines(drawn, where);
    lines.began(world_.snapshot());
  }
  const std::string text = tape.text();
  EXPECT_NE(text.find("; no gap is left of those that --where names.\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("       1     1          0\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("Still lacking"), std::string::npos) << text;
  const auto json = parse_json(programs.text());
  ASSERT_TRUE(json.has_value());
  EXPECT_EQ(json->at("gaps_before"), 1);
  EXPECT_EQ(json->at("gaps_left"), 0);
  EXPECT_NE(live.text().find("0 of 1 gaps"), std::string::npos) << live.text();
}

TEST_F(ACycle, what_was_not_tried_for_want_of_a_permission_says_so) {
  coverage_->mark(5, GapKind::missing);
  IncidentRow row;
  row.target = "collector:fetch";
  row.kind = "permission_denied";
  row.amount = 3;
  world_.incidents()[row.id] = row;
  Tape tape;
  {
    Terminal terminal(tape.descriptor(), tape.descriptor(), no_environment());
    PlainRunView view(terminal, {});
    play(view);
  }
  const std::string text = tape.text();
  EXPECT_NE(text.find("not tried: its collector lacks a permission, such as games/6.json"),
            std::string::npos)
      << text;
}

TEST_F(ACycle, what_an_open_incident_holds_is_let_go_of_by_name) {
  IncidentRow row;
  row.id = IncidentId{26};
  row.target = "store:lake";
  row.kind = "held_loss";
  world_.incidents()[row.id] = row;
  row.id = IncidentId{27};
  row.kind = "unreadable";
  world_.incidents()[row.id] = row;
  Tape tape;
  {
    Terminal terminal(tape.descriptor(), tape.descriptor(), no_environment());
    PlainRunView view(terminal, {});
    play(view);
  }
  const std::string text = tape.text();
  EXPECT_NE(text.find("\n  upkeep ack i26 "), std::string::npos) << text;
  EXPECT_EQ(text.find("upkeep ack i27"), std::string::npos) << text;
}

TEST_F(ACycle, live_lines_are_drawn_over_and_end_with_the_report) {
  Tape tape;
  {
    Terminal terminal(tape.descriptor(), tape.descriptor(), no_environment());
    LiveRunView view(terminal, {});
    play(view);
  }
  const std::string text = tape.text();
  EXPECT_NE(text.find("0 of 3 gaps\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\x1b[3A\r\x1b[J"), std::string::npos) << text;
  EXPECT_EQ(text.find("\x1b[2J"), std::string::npos);
  const std::string end = text.substr(text.rfind("\x1b[J") + 3);
  EXPECT_TRUE(end.starts_with("Closed 1 gap in 5.0s")) << end;
}

TEST_F(ACycle, drawing_takes_place_at_most_ten_times_a_second) {
  Tape tape;
  {
    Terminal terminal(tape.descriptor(), tape.descriptor(), no_environment());
    LiveRunView view(terminal, {});
    view.began(world_.snapshot());
    for (int i = 0; i < 1000; ++i) {
      const Time now = world_.now() + std::chrono::milliseconds{i};
      view.observe(now, fact::AttemptProgressed{{1}, i / 1000.0});
    }
  }
  std::size_t drawn = 0;
  const std::string text = tape.text();
  for (std::size_t place = 0; (place = text.find("of 3 gaps", place)) != std::string::npos;
       ++place) {
    ++drawn;
  }
  EXPECT_EQ(drawn, 10u);
}

}  // namespace
}  // namespace upkeep
