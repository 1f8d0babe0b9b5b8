#include "config/secrets.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "config/config.h"

namespace upkeep {
namespace {

/// A world with two variables and two files.
SecretSources sources() {
  return {[](std::string_view name) -> std::optional<std::string> {
            if (name == "TOKEN") return "t0ken";
            if (name == "EMPTY") return "";
            if (name == "CREDENTIALS_DIRECTORY") return "/run/credentials/upkeep.service";
            return {};
          },
          [](std::string_view path) -> Result<std::string> {
            if (path == "secrets/key") return "from a file\n";
            if (path == "/run/credentials/upkeep.service/key") return "from systemd";
            return fail(fmt::format("cannot read {}", path));
          }};
}

std::string filled(std::string_view text) {
  const auto result = fill_secrets(text, sources());
  return result ? *result : "error: " + result.error().text;
}

TEST(Secrets, references_are_filled_in_wherever_they_stand) {
  EXPECT_EQ(filled("${env:TOKEN}"), "t0ken");
  EXPECT_EQ(filled("Bearer ${env:TOKEN}/${env:EMPTY}!"), "Bearer t0ken/!");
  EXPECT_EQ(filled("nothing to do: $TOKEN {env:TOKEN} $"), "nothing to do: $TOKEN {env:TOKEN} $");
}

TEST(Secrets, the_line_break_that_ends_a_file_is_no_part_of_the_secret) {
  EXPECT_EQ(filled("${file:secrets/key}"), "from a file");
}

TEST(Secrets, a_credential_is_a_file_that_systemd_hands_over) {
  EXPECT_EQ(filled("${credential:key}"), "from systemd");
  const SecretSources none{[](std::string_view) { return std::nullopt; }, sources().read_file};
  const auto result = fill_secrets("${credential:key}", none);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().text,
            "`${credential:key}` needs $CREDENTIALS_DIRECTORY, which systemd sets for a service "
            "with LoadCredential=");
}

TEST(Secrets, what_is_filled_in_is_not_looked_at_again) {
  const SecretSources odd{[](std::string_view) { return "${env:B}"; }, sources().read_file};
  EXPECT_EQ(fill_secrets("${env:A}", odd), "${env:B}");
}

TEST(Secrets, two_dollars_write_the_braces_themselves) {
  EXPECT_EQ(filled("$${env:TOKEN} and $${HOME}"), "${env:TOKEN} and ${HOME}");
}

TEST(Secrets, an_error_names_the_variable_or_the_file) {
  EXPECT_EQ(filled("${env:NOPE}"), "error: the environment variable `NOPE` is not set");
  EXPECT_EQ(filled("${file:nope}"), "error: cannot read nope");
}

TEST(Secrets, what_is_misspelt_is_an_error_and_not_a_text) {
  EXPECT_EQ(filled("${env:TOKEN"), "error: `${env:` is not closed; expected `}`");
  EXPECT_EQ(filled("${env:}"), "error: the name behind the colon is missing");
  EXPECT_EQ(filled("${env:A B}"), "error: `A B` is not the name of an environment variable");
  EXPECT_EQ(filled("${credential:../x}"),
            "error: `../x` is not the name of a credential; it holds no `/`");
  EXPECT_EQ(filled("${evn:TOKEN}"),
            "error: `${evn:` is unknown; expected `${env:`, `${file:` or `${credential:`");
  EXPECT_EQ(filled("${ENV:TOKEN}"),
            "error: `${ENV:` is unknown; expected `${env:`, `${file:` or `${credential:`");
  EXPECT_EQ(filled("a ${TOKEN}"),
            "error: `${TOKEN}` is not filled in; write `${env:TOKEN}`, or `$${TOKEN}` for the "
            "text itself");
}

TEST(Secrets, other_braces_behind_a_dollar_stay_as_they_are) {
  EXPECT_EQ(filled("${date:%Y}/${date}/${x-1}/${"), "${date:%Y}/${date}/${x-1}/${");
}

RC_GTEST_PROP(Secrets, a_text_without_dollars_is_left_alone, (const std::string& text)) {
  RC_PRE(text.find('$') == text.npos);
  RC_ASSERT(fill_secrets(text, sources()).value() == text);
}

RC_GTEST_PROP(Secrets, references_lie_in_the_text_and_do_not_overlap, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "${", "env:", "file:", "}", "$", "A", "${env:A}", "$${", "credential:", "{", "x/y"));
  std::string text;
  for (const std::string& piece : pieces) text += piece;
  const auto found = find_secrets(text);
  if (!found) {
    RC_ASSERT(found.error().begin < text.size());
    return;
  }
  std::size_t done = 0;
  for (const SecretReference& reference : *found) {
    RC_ASSERT(reference.begin >= done);
    done = reference.begin + reference.size;
    RC_ASSERT(done <= text.size());
    RC_ASSERT(text[reference.begin] == '$');
  }
}

}  // namespace
}  // namespace upkeep
