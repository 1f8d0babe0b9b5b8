#include "s3/sts.h"

#include <fmt/format.h>

#include "base/json.h"
#include "s3/uri.h"

namespace upkeep::s3 {
namespace {

/// The text of a field; empty when there is none.
std::string text_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

/// Nothing of the answer is repeated in an error: it may be secret.
Result<Credentials> credentials_of(const Json& json, const char* token) {
  Credentials made{
      text_of(json, "AccessKeyId"), text_of(json, "SecretAccessKey"), text_of(json, token), {}};
  if (made.id.empty()) return fail("`AccessKeyId` is missing");
  if (made.secret.empty()) return fail("`SecretAccessKey` is missing");
  if (json.contains("Expiration")) {
    made.expires = parse_time(text_of(json, "Expiration"));
    if (!made.expires) return fail("`Expiration` is no time, as 2030-01-31T12:00:00Z is");
  }
  return made;
}

Result<Json> object_of(std::string_view text) {
  const auto json = parse_json(text);
  if (!json || !json->is_object()) return fail("it is no JSON object");
  return *json;
}

}  // namespace

std::string assume_role_form(const Role& role) {
  std::string form = fmt::format(
      "Action=AssumeRole&Version=2011-06-15&RoleArn={}&RoleSessionName={}&DurationSeconds={}",
      encoded(role.arn), encoded(role.session),
      std::chrono::duration_cast<std::chrono::seconds>(role.lasts).count());
  if (!role.external_id.empty()) form += "&ExternalId=" + encoded(role.external_id);
  return form;
}

std::string web_identity_form(const Role& role, std::string_view token) {
  return fmt::format(
      "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn={}&RoleSessionName={}"
      "&WebIdentityToken={}",
      encoded(role.arn), encoded(role.session), encoded(token));
}

std::string sts_endpoint(std::string_view region) {
  return fmt::format("https://sts.{}.amazonaws.com{}", region,
                     region.starts_with("cn-") ? ".cn" : "");
}

Result<Credentials> read_process_credentials(std::string_view text) {
  UPKEEP_TRY(const Json json, object_of(text));
  const auto version = json.find("Version");
  if (version == json.end() || *version != 1) return fail("`Version` is not 1");
  return credentials_of(json, "SessionToken");
}

Result<Credentials> read_metadata_credentials(std::string_view text) {
  UPKEEP_TRY(const Json json, object_of(text));
  const std::string code = text_of(json, "Code");
  if (!code.empty() && code != "Success") return fail(fmt::format("its `Code` is {}", code));
  UPKEEP_TRY(Credentials made, credentials_of(json, "Token"));
  if (!made.expires) return fail("`Expiration` is missing");
  return made;
}

}  // namespace upkeep::s3
