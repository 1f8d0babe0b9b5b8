#include "s3/sts.h"

#include <gtest/gtest.h>

namespace upkeep::s3 {
namespace {

std::string problem(const Result<Credentials>& made) { return made ? "(none)" : made.error().text; }

TEST(Sts, forms_are_encoded) {
  Role role{.arn = "arn:aws:iam::1:role/a b", .session = "up&keep", .external_id = ""};
  EXPECT_EQ(assume_role_form(role),
            "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fa%20b"
            "&RoleSessionName=up%26keep&DurationSeconds=3600");
  role.external_id = "x=y";
  role.lasts = std::chrono::minutes{15};
  EXPECT_TRUE(assume_role_form(role).ends_with("&DurationSeconds=900&ExternalId=x%3Dy"));
  EXPECT_TRUE(web_identity_form(role, "a.b+c").ends_with("&WebIdentityToken=a.b%2Bc"));
}

TEST(Sts, regions_have_their_own_endpoints) {
  EXPECT_EQ(sts_endpoint("eu-west-1"), "https://sts.eu-west-1.amazonaws.com");
  EXPECT_EQ(sts_endpoint("cn-north-1"), "https://sts.cn-north-1.amazonaws.com.cn");
}

TEST(Sts, what_a_process_prints_may_last_or_expire) {
  const auto lasting =
      read_process_credentials(R"({"Version": 1, "AccessKeyId": "k", "SecretAccessKey": "s"})");
  ASSERT_TRUE(lasting.has_value()) << lasting.error().text;
  EXPECT_EQ(*lasting, (Credentials{"k", "s", "", {}}));
  const auto expiring = read_process_credentials(
      R"({"Version":1,"AccessKeyId":"k","SecretAccessKey":"s","SessionToken":"t",)"
      R"("Expiration":"2030-01-02T03:04:05+01:00"})");
  ASSERT_TRUE(expiring.has_value()) << expiring.error().text;
  EXPECT_EQ(*expiring, (Credentials{"k", "s", "t", parse_time("2030-01-02T02:04:05Z")}));
}

TEST(Sts, what_lacks_something_is_an_error_without_secrets) {
  EXPECT_EQ(problem(read_process_credentials("hunter2")), "it is no JSON object");
  EXPECT_EQ(problem(read_process_credentials("[]")), "it is no JSON object");
  EXPECT_EQ(problem(read_process_credentials(R"({"SecretAccessKey": "hunter2"})")),
            "`Version` is not 1");
  EXPECT_EQ(problem(read_process_credentials(R"({"Version":1,"SecretAccessKey":"hunter2"})")),
            "`AccessKeyId` is missing");
  EXPECT_EQ(problem(read_process_credentials(R"({"Version":1,"AccessKeyId":"k"})")),
            "`SecretAccessKey` is missing");
  EXPECT_EQ(problem(read_process_credentials(
                R"({"Version":1,"AccessKeyId":"k","SecretAccessKey":"hunter2","Expiration":"x"})")),
            "`Expiration` is no time, as 2030-01-31T12:00:00Z is");
  EXPECT_EQ(
      problem(read_metadata_credentials(R"({"AccessKeyId":"k","SecretAccessKey":"hunter2"})")),
      "`Expiration` is missing");
  EXPECT_EQ(problem(read_metadata_credentials(R"({"Code":"AssumeRoleUnauthorizedAccess"})")),
            "its `Code` is AssumeRoleUnauthorizedAccess");
}

TEST(Sts, metadata_have_a_token_and_expire) {
  const auto made = read_metadata_credentials(
      R"({"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"k","SecretAccessKey":"s",)"
      R"("Token":"t","Expiration":"2030-01-02T03:04:05Z"})");
  ASSERT_TRUE(made.has_value()) << made.error().text;
  EXPECT_EQ(*made, (Credentials{"k", "s", "t", parse_time("2030-01-02T03:04:05Z")}));
}

}  // namespace
}  // namespace upkeep::s3
