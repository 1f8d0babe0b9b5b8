#include "collect/report.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

namespace upkeep {
namespace {

using Kind = Ending::Kind;

template <class Line>
Line parsed(std::string_view text) {
  const auto line = parse_report_line(text);
  EXPECT_TRUE(line.has_value()) << text << ": " << line.error().text;
  return line && std::holds_alternative<Line>(*line) ? std::get<Line>(*line) : Line{};
}
std::string error_of(std::string_view text) {
  const auto line = parse_report_line(text);
  return line ? "no error" : line.error().text;
}

TEST(report_line, progress_is_a_share) {
  EXPECT_EQ(parsed<Progress>(R"({"progress": 0.4})").done, 0.4);
  EXPECT_EQ(parsed<Progress>(R"({"progress": 1})").done, 1);
  EXPECT_EQ(error_of(R"({"progress": 40})"), "progress must be a number from 0 to 1, not 40");
  EXPECT_EQ(error_of(R"({"progress": "0.4"})"),
            "progress must be a number from 0 to 1, not \"0.4\"");
  EXPECT_NE(error_of(R"({"progress": 1e999})"), "no error");
}

TEST(report_line, retry_after_is_in_seconds_and_never_shortened) {
  EXPECT_EQ(parsed<RetryAfter>(R"({"retry_after": 120})").wait, std::chrono::minutes{2});
  EXPECT_EQ(parsed<RetryAfter>(R"({"retry_after": 0.0001})").wait, Duration{1});
  EXPECT_NE(error_of(R"({"retry_after": -1})"), "no error");
  EXPECT_NE(error_of(R"({"retry_after": 1e300})"), "no error");
}

TEST(report_line, retry_after_may_be_the_date_of_a_header) {
  const auto line = parsed<RetryAfter>(R"({"retry_after": "Wed, 21 Oct 2015 07:28:00 GMT"})");
  const Time at = *parse_time("2015-10-21T07:28:00Z");
  EXPECT_EQ(line.at, at);
  EXPECT_EQ(line.from(at - std::chrono::minutes{2}), std::chrono::minutes{2});
  EXPECT_EQ(line.from(at + std::chrono::minutes{2}), Duration{});
  EXPECT_NE(error_of(R"({"retry_after": "soon"})"), "no error");
}

TEST(report_line, requests_and_throttled_are_whole_numbers) {
  EXPECT_EQ(parsed<RequestsMade>(R"({"requests": 40})").count, 40u);
  EXPECT_EQ(parsed<Throttled>(R"({"throttled": 1})").count, 1u);
  EXPECT_EQ(error_of(R"({"throttled": -1})"),
            "throttled must be a whole number from 0 to 1000000000, not -1");
  EXPECT_NE(error_of(R"({"requests": 1.5})"), "no error");
  EXPECT_NE(error_of(R"({"requests": 1e300})"), "no error");
}

TEST(report_line, gone_names_a_partition_by_its_fields) {
  const auto gone = parsed<GoneLine>(R"({"gone": {"date": "2025-10-21", "game": 7}})");
  EXPECT_EQ(gone.partition, (Partition{{"date", "2025-10-21"}, {"game", "7"}}));
  EXPECT_NE(error_of(R"({"gone": true})"), "no error");
  EXPECT_NE(error_of(R"({"gone": {}})"), "no error");
  EXPECT_EQ(error_of(R"({"gone": {"game": 7.5}})"),
            "gone: the value of game must be a text or a whole number, not 7.5");
}

TEST(report_line, what_is_no_report_line_is_an_error_that_says_what_would_be) {
  EXPECT_EQ(
      error_of(R"({"progres": 0.4})"),
      "unknown key progres, did you mean progress?; known are progress, retry_after, requests, "
      "throttled, gone");
  EXPECT_NE(error_of(R"({"progress": 0.4, "retry_after": 1})"), "no error");
  for (const char* text : {"", "{}", "[]", "hello", "{\"progress\": 0.4", "null", "0.4"}) {
    EXPECT_NE(error_of(text), "no error") << text;
  }
}

struct Case {
  Ending ending;
  Claim claim;
  FailureClass why;
  bool final;
};

TEST(outcome, every_kind_of_ending_has_one_meaning) {
  const Case cases[] = {
      {{Kind::exited, 0, ""}, Claim::success, FailureClass::none, false},
      {{Kind::exited, 75, ""}, Claim::later, FailureClass::none, false},
      {{Kind::exited, 44, ""}, Claim::gone, FailureClass::none, false},
      {{Kind::exited, 77, ""}, Claim::failed, FailureClass::permission_denied, true},
      {{Kind::exited, 1, ""}, Claim::failed, FailureClass::unknown, false},
      {{Kind::exited, 137, ""}, Claim::failed, FailureClass::unknown, false},
      {{Kind::signalled, SIGKILL, ""}, Claim::failed, FailureClass::killed, false},
      {{Kind::signalled, SIGTERM, ""}, Claim::failed, FailureClass::killed, false},
      {{Kind::signalled, SIGSEGV, ""}, Claim::failed, FailureClass::crashed, false},
      {{Kind::signalled, SIGABRT, ""}, Claim::failed, FailureClass::crashed, false},
      {{Kind::signalled, SIGBUS, ""}, Claim::failed, FailureClass::crashed, false},
      {{Kind::signalled, SIGFPE, ""}, Claim::failed, FailureClass::crashed, false},
      {{Kind::signalled, SIGILL, ""}, Claim::failed, FailureClass::crashed, false},
      {{Kind::timed_out, 0, ""}, Claim::failed, FailureClass::timeout, false},
      {{Kind::interrupted, 0, ""}, Claim::failed, FailureClass::interrupted, false},
      {{Kind::not_started, 0, ""}, Claim::failed, FailureClass::bad_request, true},
      {{Kind::not_started, ENOENT, ""}, Claim::failed, FailureClass::bad_request, true},
      {{Kind::not_started, EAGAIN, ""}, Claim::failed, FailureClass::bad_request, false},
  };
  for (const Case& c : cases) {
    const Outcome outcome = outcome_of(c.ending);
    const std::string name =
        std::to_string(static_cast<int>(c.ending.kind)) + "/" + std::to_string(c.ending.number);
    EXPECT_EQ(outcome.claim, c.claim) << name;
    EXPECT_EQ(outcome.why, c.why) << name;
    EXPECT_EQ(outcome.final, c.final) << name;
  }
}

TEST(outcome, its_text_is_one_line_that_a_person_understands) {
  const auto text = [](Kind kind, int number, std::string output) {
    return outcome_of({kind, number, std::move(output)}).text;
  };
  EXPECT_EQ(text(Kind::exited, 3, "fetching\nKeyError: 'game'\n\n"),
            "exit code 3: KeyError: 'game'");
  EXPECT_EQ(text(Kind::exited, 3, ""), "exit code 3 without any output");
  EXPECT_EQ(text(Kind::exited, 0, "wrote 3 files\n"), "wrote 3 files");
  EXPECT_EQ(text(Kind::signalled, SIGKILL, ""), "ended by SIGKILL");
  EXPECT_EQ(text(Kind::signalled, 40, ""), "ended by signal 40");
  EXPECT_EQ(text(Kind::timed_out, 0, "page 1\npage 2"),
            "ended at its time limit; its last output: page 2");
  EXPECT_EQ(text(Kind::not_started, ENOENT, "scrape: no such file"), "scrape: no such file");
}

}  // namespace
}  // namespace upkeep
