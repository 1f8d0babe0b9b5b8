#include "s3/profiles.h"

#include <gtest/gtest.h>

#include "s3/profile_source.h"

namespace upkeep::s3 {
namespace {

using Kind = Profiles::Kind;

Profiles profiles_of(std::string_view config, std::string_view credentials = "") {
  Profiles made;
  const auto first = made.add(Kind::config, "config", config);
  EXPECT_TRUE(first.has_value()) << first.error().text;
  const auto second = made.add(Kind::credentials, "credentials", credentials);
  EXPECT_TRUE(second.has_value()) << second.error().text;
  return made;
}

std::string value(const Profiles& profiles, std::string_view profile, std::string_view setting) {
  const Profile* const found = profiles.find(profile);
  if (found == nullptr) return "(no profile)";
  const auto at = found->find(setting);
  return at == found->end() ? "(none)" : at->second.value;
}

std::string problem(Kind kind, std::string_view text) {
  Profiles made;
  const auto added = made.add(kind, "f", text);
  return added ? "(none)" : added.error().text;
}

ProfileSource source(const Profiles& profiles, std::string_view name) {
  auto made = source_of(profiles, name);
  EXPECT_TRUE(made.has_value()) << made.error().text;
  return made.value_or(ProfileSource{});
}

std::string problem_of(const Profiles& profiles, std::string_view name) {
  const auto made = source_of(profiles, name);
  return made ? "(none)" : made.error().text;
}

TEST(Profiles, each_file_has_its_own_form_of_names) {
  const Profiles made = profiles_of(
      "[default]\nregion=a\n[profile dev]\nregion = b\n[profile \"with space\"]\nregion=c\n"
      "[sso-session x]\nregion=d\n[services y]\ns3 =\n  endpoint_url = e\n[bare]\nregion=f\n",
      "[default]\naws_access_key_id=1\n[other]\naws_access_key_id=2\n[profile odd]\nregion=g\n");
  EXPECT_EQ(made.names(), (std::vector<std::string>{"default", "dev", "other", "with space"}));
  EXPECT_EQ(value(made, "default", "region"), "a");
  EXPECT_EQ(value(made, "default", "aws_access_key_id"), "1");
  EXPECT_EQ(value(made, "dev", "region"), "b");
  EXPECT_EQ(value(made, "with space", "region"), "c");
  EXPECT_EQ(made.passed_over("bare"), "config:12");
  EXPECT_EQ(made.passed_over("odd"), "credentials:5");
  EXPECT_EQ(made.passed_over("dev"), "");
}

TEST(Profiles, comments_blanks_and_line_endings_are_no_part_of_values) {
  const Profiles made = profiles_of(
      "\xEF\xBB\xBF# first\r\n[ profile\tdev ] ; a comment\r\n; more\r\nREGION \t=  eu-west-1 \r\n"
      "aws_secret_access_key = a#b;c # not this\r\n\r\nempty =\r\nequals = a=b == c ; no");
  EXPECT_EQ(value(made, "dev", "region"), "eu-west-1");
  EXPECT_EQ(value(made, "dev", "aws_secret_access_key"), "a#b;c");
  EXPECT_EQ(value(made, "dev", "empty"), "");
  EXPECT_EQ(value(made, "dev", "equals"), "a=b == c");
}

TEST(Profiles, indented_lines_are_nested_settings_or_more_of_a_value) {
  const Profiles made = profiles_of(
      "[default]\ns3 =\n  max_concurrent_requests = 20\n\taddressing_style=path\nlong = one\n"
      "   two # no\n  three\nregion = r\n[profile indented]\n  region = s\n");
  EXPECT_EQ(value(made, "default", "s3.max_concurrent_requests"), "20");
  EXPECT_EQ(value(made, "default", "s3.addressing_style"), "path");
  EXPECT_EQ(value(made, "default", "long"), "one\ntwo\nthree");
  EXPECT_EQ(value(made, "default", "region"), "r");
  EXPECT_EQ(value(made, "indented", "region"), "s");
}

TEST(Profiles, what_comes_later_and_what_is_in_the_credentials_file_wins) {
  const Profiles made = profiles_of("[profile a]\nregion=1\nregion=2\n[profile a]\noutput=json\n",
                                    "[a]\nregion=3\n[a]\naws_access_key_id=k\n");
  EXPECT_EQ(value(made, "a", "region"), "3");
  EXPECT_EQ(value(made, "a", "output"), "json");
  EXPECT_EQ(value(made, "a", "aws_access_key_id"), "k");
  EXPECT_EQ(made.find("a")->find("region")->second.place, "credentials:2");
}

TEST(Profiles, the_long_name_of_the_default_hides_the_short_one) {
  EXPECT_EQ(value(profiles_of("[default]\nx=1\n[profile default]\ny=2\n"), "default", "x"),
            "(none)");
  EXPECT_EQ(value(profiles_of("[profile default]\ny=2\n[default]\nx=1\n"), "default", "x"),
            "(none)");
  EXPECT_EQ(value(profiles_of("[profile default]\ny=2\n[default]\nx=1\n"), "default", "y"), "2");
}

TEST(Profiles, an_error_names_the_line_and_not_what_it_holds) {
  EXPECT_EQ(problem(Kind::config, "[default]\n\naws_secret_access_key hunter2\n"),
            "f:3: expected `name = value`");
  EXPECT_EQ(problem(Kind::config, "[default]\n= hunter2"), "f:2: expected `name = value`");
  EXPECT_EQ(problem(Kind::config, "a = b"),
            "f:1: expected a section first: `[default]` or `[profile NAME]`");
  EXPECT_EQ(problem(Kind::credentials, "a = b"),
            "f:1: expected a section first: `[default]` or `[NAME]`");
  EXPECT_EQ(problem(Kind::config, "[default"), "f:1: the `[` is not closed");
  EXPECT_EQ(problem(Kind::config, "[a] b"), "f:1: expected nothing behind the `]`");
  EXPECT_EQ(problem(Kind::config, "[]"), "f:1: a section without a name");
  EXPECT_EQ(problem(Kind::config, "[profile ]"), "(none)");  // a section named `profile`
  EXPECT_EQ(problem(Kind::config, "[profile \"\"]"), "f:1: a section without a name");
  EXPECT_EQ(problem(Kind::config, "[default]\ns3 =\n  nested"), "f:3: expected `name = value`");
}

TEST(ProfileSource, keys_are_what_the_profile_says) {
  const Profiles made = profiles_of("[profile dev]\nregion = eu-west-1\n",
                                    "[dev]\naws_access_key_id = AKIA\naws_secret_access_key = s\n"
                                    "aws_session_token = t\n");
  const ProfileSource dev = source(made, "dev");
  EXPECT_EQ(std::get<Credentials>(dev.first), (Credentials{"AKIA", "s", "t", {}}));
  EXPECT_EQ(dev.region, "eu-west-1");
  EXPECT_TRUE(dev.roles.empty());
}

TEST(ProfileSource, roles_are_assumed_from_the_innermost_to_the_outermost) {
  const Profiles made = profiles_of(
      "[profile outer]\nrole_arn=arn:outer\nsource_profile=middle\nregion=r1\n"
      "external_id=e\nrole_session_name=me\nduration_seconds=900\n"
      "[profile middle]\nrole_arn=arn:middle\nsource_profile=base\nregion=r2\n",
      // Keys count more than a role in a profile that another one builds upon.
      "[base]\naws_access_key_id=k\naws_secret_access_key=s\nrole_arn=arn:unused\n");
  const ProfileSource outer = source(made, "outer");
  EXPECT_EQ(std::get<Credentials>(outer.first).id, "k");
  ASSERT_EQ(outer.roles.size(), 2u);
  EXPECT_EQ(outer.roles[0].arn, "arn:middle");
  EXPECT_EQ(outer.roles[0].session, "upkeep");
  EXPECT_EQ(outer.roles[0].lasts, std::chrono::hours{1});
  EXPECT_EQ(outer.roles[1].arn, "arn:outer");
  EXPECT_EQ(outer.roles[1].session, "me");
  EXPECT_EQ(outer.roles[1].external_id, "e");
  EXPECT_EQ(outer.roles[1].lasts, std::chrono::minutes{15});
  EXPECT_EQ(outer.region, "r1");
}

TEST(ProfileSource, a_profile_may_be_the_source_of_its_own_role) {
  const Profiles made = profiles_of(
      "[profile self]\nrole_arn=arn\nsource_profile=self\naws_access_key_id=k\n"
      "aws_secret_access_key=s\n[profile empty]\nrole_arn=arn\nsource_profile=empty\n");
  EXPECT_EQ(std::get<Credentials>(source(made, "self").first).id, "k");
  EXPECT_EQ(source(made, "self").roles.size(), 1u);
  EXPECT_EQ(problem_of(made, "empty"),
            "config:8: the profile is its own source, but it has no keys");
}

TEST(ProfileSource, a_role_may_be_assumed_with_a_token_or_what_the_machine_has) {
  const Profiles made = profiles_of(
      "[profile web]\nrole_arn=arn\nweb_identity_token_file=/t\n"
      "[profile instance]\nrole_arn=arn\ncredential_source=Ec2InstanceMetadata\n"
      "[profile process]\ncredential_process = /bin/get \"a b\" --c\n[profile none]\nregion=x\n");
  const auto web = std::get<WebIdentity>(source(made, "web").first);
  EXPECT_EQ(web.role.arn, "arn");
  EXPECT_EQ(web.token_file, "/t");
  EXPECT_EQ(std::get<CredentialPlace>(source(made, "instance").first), CredentialPlace::instance);
  EXPECT_EQ(source(made, "instance").roles.size(), 1u);
  EXPECT_EQ(std::get<CredentialProcess>(source(made, "process").first).command,
            "/bin/get \"a b\" --c");
  EXPECT_TRUE(std::holds_alternative<std::monostate>(source(made, "none").first));
}

TEST(ProfileSource, what_cannot_be_followed_is_an_error_in_its_place) {
  const Profiles made = profiles_of(
      "[profile a]\nrole_arn=x\nsource_profile=b\n[profile b]\nrole_arn=y\nsource_profile=c\n"
      "[profile c]\nrole_arn=z\nsource_profile=a\n[profile half]\naws_access_key_id=k\n"
      "[profile alone]\nrole_arn=x\n[profile both]\nrole_arn=x\nsource_profile=half\n"
      "credential_source=Environment\n[profile lost]\nrole_arn=x\nsource_profile=nobody\n"
      "[profile place]\nrole_arn=x\ncredential_source=Moon\n[profile person]\nrole_arn=x\n"
      "mfa_serial=m\nsource_profile=half\n[profile long]\nrole_arn=x\nsource_profile=half\n"
      "duration_seconds=1h\n[profile sso]\nsso_start_url=u\n[profile bare]\nregion=x\n"
      "[profile useless]\nrole_arn=x\nsource_profile=bare\n[wrongly]\nregion=x\n",
      "[secret]\naws_secret_access_key=hunter2\n[empty]\naws_access_key_id=\n"
      "aws_secret_access_key=hunter2\n");
  const auto says = [&](std::string_view name, std::string_view text) {
    EXPECT_EQ(problem_of(made, name), text);
  };
  says("a", "config:9: the profiles go round in a circle: a → b → c → a");
  says("half", "config:11: `aws_secret_access_key` is missing beside it");
  says("secret", "credentials:2: `aws_access_key_id` is missing beside it");
  says("empty", "credentials:4: the key is empty");
  says("alone",
       "config:13: a role needs exactly one of `source_profile`, `credential_source` and "
       "`web_identity_token_file`");
  says("both",
       "config:15: a role needs exactly one of `source_profile`, `credential_source` and "
       "`web_identity_token_file`");
  EXPECT_TRUE(problem_of(made, "lost").starts_with("config:20: there is no profile `nobody`"));
  says("place",
       "config:23: `credential_source` is Environment, EcsContainer or Ec2InstanceMetadata");
  says("person",
       "config:26: this role wants a code from a person, whom upkeep cannot ask; use a role "
       "without `mfa_serial`");
  says("long", "config:31: `duration_seconds` must be a number from 900 to 43200");
  says("sso",
       "config:33: upkeep does not sign in to AWS itself; name a profile with `credential_process "
       "= aws configure export-credentials --profile sso --format process`");
  says("useless", "config:38: the profile `bare` has no credentials");
  says("wrongly",
       "there is no profile `wrongly`; the section at config:39 does not count: in a config file "
       "write `[profile wrongly]`, in a credentials file `[wrongly]`");
  says("persn", "there is no profile `persn`; did you mean `person`?");
  EXPECT_EQ(problem_of(profiles_of("[default]\n"), "z"),
            "there is no profile `z`; there are default");
}

}  // namespace
}  // namespace upkeep::s3
