// Where credentials for S3 are looked for, in the order that all clients of AWS keep: the
// environment, the files of profiles, a web identity, the metadata of a container, and of an
// instance. https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "io/s3_metadata.h"
#include "net/http.h"
#include "s3/credentials.h"
#include "s3/profile_source.h"

namespace upkeep {

/// What a store says, and the world in which it is looked for.
struct S3CredentialSources {
  std::string profile = {};  ///< instead of the environment and of $AWS_PROFILE, unless empty
  bool anonymous = false;    ///< requests are not to be signed
  HttpFetch fetch = {};
  VariableReader variable = {};
  std::function<Time()> now = {};
  std::function<void(Duration)> pause = {};  ///< between attempts
};

/// With the variables and the clock of this process.
S3CredentialSources this_process(HttpFetch);

/// One thread at a time.
class S3CredentialChain {
 public:
  explicit S3CredentialChain(S3CredentialSources);

  /// Looks in all places anew. The first place that is set up decides: when it fails, the error
  /// says how, and no other is tried. When none is, the error says what was tried.
  Result<s3::Credentials> obtain();

  /// $AWS_REGION, $AWS_DEFAULT_REGION or what the profile says; nothing when none of them does,
  /// or the files cannot be read.
  std::optional<std::string> region() const;

 private:
  /// The files that there are, and their paths for people.
  struct Files {
    s3::Profiles profiles;
    std::string paths;
  };

  Result<FoundCredentials> from_environment() const;
  Result<FoundCredentials> from_profile();
  Result<FoundCredentials> from_web_identity() const;
  Result<FoundCredentials> from_container() const;
  Result<FoundCredentials> from_instance() const;
  Result<FoundCredentials> from_place(s3::CredentialPlace) const;
  Result<FoundCredentials> first_of(const s3::ProfileSource&) const;
  Result<s3::Credentials> run(const s3::CredentialProcess&) const;
  Result<s3::Credentials> assume(const s3::WebIdentity&) const;
  Result<s3::Credentials> assume(const s3::Role&, const s3::Credentials&) const;
  Result<s3::Credentials> ask_sts(const s3::Role&, const std::string& form,
                                  const s3::Credentials&) const;
  Result<HttpAnswer> fetch(const HttpRequest&, int attempts) const;

  std::string first_set(const std::vector<std::string>& names) const;
  std::string profile_name() const;
  bool is_profile_named() const;
  Result<Files> read_files() const;
  std::string sts_url() const;

  S3CredentialSources sources_;
  std::string profile_region_;  ///< of the profile that was read last
};

}  // namespace upkeep
