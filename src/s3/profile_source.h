// From where the credentials of a profile come.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "s3/credentials.h"
#include "s3/profiles.h"

namespace upkeep::s3 {

/// A role that is assumed with other credentials, or with a token.
struct Role {
  std::string arn;
  std::string session;      ///< its name in the logs of AWS
  std::string external_id;  ///< what the role's owner asks for; may be empty
  Duration lasts = std::chrono::hours{1};
};

/// A command that prints credentials as JSON.
struct CredentialProcess {
  std::string command;
  std::string place;
};
/// A role assumed with the token in a file.
struct WebIdentity {
  Role role;
  std::string token_file;
  std::string place;
};
/// What the chain asks, too.
enum class CredentialPlace : std::uint8_t { environment, container, instance };

struct ProfileSource {
  /// Nothing when the profile says nothing of credentials.
  std::variant<std::monostate, Credentials, CredentialProcess, WebIdentity, CredentialPlace> first;
  std::vector<Role> roles;  ///< to be assumed one after the other, each with what came before
  std::string region;       ///< of the profile; may be empty
};

/// An error names the line of the setting that is wrong and never shows what is secret.
Result<ProfileSource> source_of(const Profiles&, std::string_view profile);

}  // namespace upkeep::s3
