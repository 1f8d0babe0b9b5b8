#include "io/child_output.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace upkeep {
namespace {

using namespace std::chrono_literals;

Result<std::string> shell(const std::string& script, Duration time = 1min,
                          std::stop_token stop = {}) {
  return output_of("/bin/sh", {"sh", "-c", script}, time, std::move(stop));
}

TEST(ChildOutput, is_all_that_was_written) {
  EXPECT_EQ(shell("printf 'a\\0b'; echo no >&2").value(), std::string("a\0b", 3));
  EXPECT_EQ(shell("head -c 3000000 /dev/zero").value().size(), 3'000'000u);
}

TEST(ChildOutput, is_nothing_when_the_program_fails) {
  EXPECT_EQ(shell("echo some; echo one >&2; echo two >&2; exit 3").error().text,
            "it ended with exit code 3: two");
  EXPECT_EQ(shell("kill -9 $$").error().text, "it ended with signal 9");
  EXPECT_FALSE(output_of("/nowhere/at/all", {"all"}, 1min));
}

TEST(ChildOutput, is_not_waited_for_longer_than_allowed) {
  EXPECT_EQ(shell("echo some; exec sleep 600", 200ms).error().text, "it took longer than 0.2s");
}

TEST(ChildOutput, is_not_waited_for_when_nobody_wants_it_any_more) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(shell("exec sleep 600", 1min, stop.get_token()).error().text, "it was stopped");
}

}  // namespace
}  // namespace upkeep
