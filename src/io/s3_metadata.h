// The services that give credentials to what runs in a container or on an instance of AWS. They
// speak plain HTTP on the machine's own network, so they are never asked through a proxy.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "net/http.h"
#include "s3/credentials.h"

namespace upkeep {

/// Where a place is not set up: nothing, and why.
struct FoundCredentials {
  std::optional<s3::Credentials> credentials;
  std::string why_not;
};

/// An environment variable; empty when it is not set.
using VariableReader = std::function<std::string(const std::string& name)>;
/// Tries a request so many times, unless its answer is of use.
using MetadataFetch = std::function<Result<HttpAnswer>(const HttpRequest&, int attempts)>;

/// $AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or …_FULL_URI, with the token of
/// $AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE or $AWS_CONTAINER_AUTHORIZATION_TOKEN.
Result<FoundCredentials> container_credentials(const VariableReader&, const MetadataFetch&);

/// Version 2 of the instance metadata service; $AWS_EC2_METADATA_DISABLED forbids to ask it.
Result<FoundCredentials> instance_credentials(const VariableReader&, const MetadataFetch&);

}  // namespace upkeep
