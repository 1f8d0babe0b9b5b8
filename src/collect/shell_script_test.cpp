#include "collect/shell_script.h"

#include <gtest/gtest.h>

namespace upkeep {
namespace {

using Words = std::vector<std::string>;
using Positions = std::vector<std::size_t>;

TEST(shell_script, the_script_behind_c_is_found_in_all_its_forms) {
  const std::pair<Words, Positions> cases[] = {
      {{"sh", "-c", "x"}, {2}},
      {{"/bin/sh", "-c", "x"}, {2}},
      {{"/usr/local/bin/bash", "-ec", "x", "sh", "y"}, {2}},
      {{"bash", "-lc", "x"}, {2}},
      {{"bash", "--norc", "--rcfile", "f", "-e", "-c", "x"}, {6}},
      {{"bash", "-euo", "pipefail", "-c", "x"}, {4}},
      {{"bash", "-o", "pipefail", "-c", "x"}, {4}},
      {{"bash", "-c", "-e", "x"}, {3}},
      {{"bash", "-c", "--", "x"}, {3}},
      {{"bash", "+x", "-c", "x"}, {3}},
      {{"dash", "-c", "x"}, {2}},
      {{"zsh", "-c", "x"}, {2}},
      {{"ksh93", "-c", "x"}, {2}},
      {{"env", "sh", "-c", "x"}, {3}},
      {{"/usr/bin/env", "A=b", "-i", "sh", "-c", "x"}, {5}},
      {{"timeout", "9", "bash", "-c", "x"}, {4}},
      {{"busybox", "sh", "-c", "x"}, {3}},
      {{"env", "-S", "sh script"}, {2}},
  };
  for (const auto& [command, positions] : cases) {
    EXPECT_EQ(script_positions(command), positions) << command[0] << " " << command[1];
  }
}

TEST(shell_script, what_is_no_script_of_a_shell_is_left_alone) {
  const Words cases[] = {
      {"sh", "fetch.sh", "-c", "x"}, {"python3", "-c", "x"},
      {"scrape", "-c", "x"},         {"sh", "-c"},
      {"sh", "-e", "fetch.sh"},      {"sh"},
      {"scrape.sh", "-c", "x"},      {"bash", "-o", "functrace", "fetch.sh"},
      {"split", "-S", "x"},
  };
  for (const Words& command : cases) EXPECT_EQ(script_positions(command), Positions{});
}

TEST(shell_script, values_are_handed_over_as_arguments) {
  const auto mended = [](const Words& command) {
    return with_positional_arguments(command, script_positions(command).front());
  };
  EXPECT_EQ(mended({"sh", "-c", "fetch {date} {game} {date}"}),
            (Words{"sh", "-c", R"(fetch "$1" "$2" "$1")", "sh", "{date}", "{game}"}));
  EXPECT_EQ(mended({"sh", "-c", R"(fetch "{date}" '{game}')"}),
            (Words{"sh", "-c", R"(fetch "$1" "$2")", "sh", "{date}", "{game}"}));
  EXPECT_EQ(mended({"sh", "-c", R"(echo "on {date}" 'at {game}!')", "sh", "a"}),
            (Words{"sh", "-c", R"(echo "on $2" 'at '"$3"'!')", "sh", "a", "{date}", "{game}"}));
}

}  // namespace
}  // namespace upkeep
