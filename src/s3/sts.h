// Requests for credentials, and the answers that are JSON.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "s3/credentials.h"
#include "s3/profile_source.h"

namespace upkeep::s3 {

/// The bodies of POST requests to STS, application/x-www-form-urlencoded.
std::string assume_role_form(const Role&);
/// `lasts` is left to STS: the longest for a role may be shorter than what is asked for.
std::string web_identity_form(const Role&, std::string_view token);

/// `https://sts.eu-west-1.amazonaws.com`; in China it ends otherwise.
std::string sts_endpoint(std::string_view region);

/// What a credential process prints: {"Version": 1, "AccessKeyId": …, "SecretAccessKey": …,
/// "SessionToken": …, "Expiration": …}, the last two if there are such.
Result<Credentials> read_process_credentials(std::string_view json);
/// What the metadata services of containers and instances answer; they always expire.
Result<Credentials> read_metadata_credentials(std::string_view json);

}  // namespace upkeep::s3
