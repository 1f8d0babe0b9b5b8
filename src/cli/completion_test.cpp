// Tests of the completion scripts: the shells themselves must accept and use them.
#include "cli/completion.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>

#include "io/test_folder.h"

namespace upkeep {
namespace {

/// The output of a shell command.
std::string output_of(const std::string& command) {
  const auto close = [](FILE* pipe) { ::pclose(pipe); };
  const std::unique_ptr<FILE, decltype(close)> pipe(::popen(command.c_str(), "r"), close);
  std::string text;
  char buffer[4096];
  for (std::size_t count; (count = std::fread(buffer, 1, sizeof buffer, pipe.get())) > 0;) {
    text.append(buffer, count);
  }
  return text;
}

bool has(const std::string& program) {
  return !output_of("command -v " + program + " 2>/dev/null").empty();
}

TEST(completion, each_shell_that_is_here_accepts_its_script) {
  const TestFolder folder;
  for (const std::string_view shell : completion_shells()) {
    const auto script = completion_script(shell);
    ASSERT_TRUE(script.has_value());
    if (!has(std::string(shell))) continue;
    folder.write(shell, *script);
    EXPECT_EQ(output_of(std::string(shell) + " -n " + (folder / shell) + " 2>&1"), "") << shell;
  }
  EXPECT_FALSE(completion_script("tcsh").has_value());
}

/// What bash offers for the last of these words.
std::string offers(const TestFolder& folder, const std::string& words) {
  return output_of("bash -c 'source " + (folder / "bash") + "; COMP_WORDS=(" + words +
                   "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _upkeep; echo ${COMPREPLY[*]}'");
}

TEST(completion, bash_offers_commands_options_and_values) {
  const TestFolder folder;
  folder.write("bash", *completion_script("bash"));
  EXPECT_EQ(offers(folder, "upkeep va"), "validate\n");
  EXPECT_EQ(offers(folder, "upkeep scan --he"), "--heatmap --help\n");
  EXPECT_EQ(offers(folder, "upkeep gaps --format nd"), "ndjson\n");
  EXPECT_EQ(offers(folder, "upkeep --config x.yaml completion f"), "fish\n");
  EXPECT_EQ(offers(folder, "upkeep names"), "\n");
}

TEST(completion, every_command_and_option_is_in_every_script) {
  for (const std::string_view shell : completion_shells()) {
    const std::string script = *completion_script(shell);
    for (const CommandRow& command : commands()) {
      if (command.is_hidden) continue;
      EXPECT_NE(script.find(command.name), std::string::npos) << shell << ' ' << command.name;
      for (const Option& option : command.options) {
        const std::string_view name = option.name.substr(2);
        EXPECT_NE(script.find(name), std::string::npos) << shell << ' ' << option.name;
      }
    }
  }
}

}  // namespace
}  // namespace upkeep
