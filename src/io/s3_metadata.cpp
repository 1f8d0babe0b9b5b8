#include "io/s3_metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "io/files.h"
#include "s3/sts.h"

namespace upkeep {
namespace {

constexpr Duration answers_within = std::chrono::seconds{1};
constexpr Duration container_answers_within = std::chrono::seconds{5};
constexpr int attempts = 2;

HttpRequest request_to(std::string url, Duration timeout) {
  HttpRequest request;
  request.url = std::move(url);
  request.timeout = timeout;
  request.direct = true;
  return request;
}

/// The token must not be sent to just anybody: without TLS to this machine, and to the addresses
/// that ECS and EKS use.
bool may_be_asked(std::string_view url) {
  if (url.starts_with("https://")) return true;
  if (!url.starts_with("http://")) return false;
  url.remove_prefix(7);
  std::string_view host = url.substr(0, url.find_first_of("/?#"));
  const std::size_t colon = host.rfind(':');
  if (colon != host.npos && parse_number(host.substr(colon + 1))) host = host.substr(0, colon);
  constexpr std::array<std::string_view, 5> known{"localhost", "[::1]", "169.254.170.2",
                                                  "169.254.170.23", "[fd00:ec2::23]"};
  const bool loopback =
      host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos;
  return loopback || std::ranges::find(known, host) != known.end();
}

Result<s3::Credentials> credentials_in(const HttpAnswer& answer) {
  if (answer.status != 200) return fail(fmt::format("the answer has status {}", answer.status));
  return s3::read_metadata_credentials(answer.body);
}

/// Empty when none is set.
Result<std::string> container_token(const VariableReader& variable) {
  std::string token = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  if (const std::string path = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); !path.empty()) {
    UPKEEP_TRY(token, read_file(path));
  }
  token = trim(token);
  if (token.find_first_of("\r\n") != token.npos) return fail("its token has several lines");
  return token;
}

}  // namespace

Result<FoundCredentials> container_credentials(const VariableReader& variable,
                                               const MetadataFetch& fetch) {
  const std::string relative = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
                    full = variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (relative.empty() && full.empty()) {
    return FoundCredentials{{}, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set"};
  }
  const std::string url = relative.empty() ? full : "http://169.254.170.2" + relative;
  const auto wrong = [&](std::string_view text) {
    return fail(fmt::format("the container's metadata at {}: {}", url, text));
  };
  if (!may_be_asked(url)) {
    return wrong(
        "without https: only this machine and the addresses of ECS and EKS are asked; "
        "mend AWS_CONTAINER_CREDENTIALS_FULL_URI");
  }
  const auto token = container_token(variable);
  if (!token) return wrong(token.error().text);
  HttpRequest request = request_to(url, container_answers_within);
  if (!token->empty()) request.headers.emplace_back("authorization", *token);
  const auto answer = fetch(request, attempts);
  if (!answer) return wrong(answer.error().text);
  const auto made = credentials_in(*answer);
  if (!made) return wrong(made.error().text);
  return FoundCredentials{*made, {}};
}

Result<FoundCredentials> instance_credentials(const VariableReader& variable,
                                              const MetadataFetch& fetch) {
  if (variable("AWS_EC2_METADATA_DISABLED") == "true") {
    return FoundCredentials{{}, "AWS_EC2_METADATA_DISABLED is set"};
  }
  std::string place = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (place.empty()) {
    const bool newer = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE") == "IPv6";
    place = newer ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
  }
  while (place.ends_with('/')) place.pop_back();
  const auto nothing = [&](std::string_view why) {
    return FoundCredentials{{}, fmt::format("{} {}", place, why)};
  };

  HttpRequest session = request_to(place + "/latest/api/token", answers_within);
  session.method = "PUT";
  session.headers.emplace_back("x-aws-ec2-metadata-token-ttl-seconds", "21600");
  const auto token = fetch(session, attempts);
  if (!token) return nothing("does not answer");
  if (token->status != 200 || token->body.find_first_of("\r\n") != std::string::npos) {
    return nothing(fmt::format("gives no token (status {})", token->status));
  }
  const auto get = [&](const std::string& path) {
    HttpRequest request = request_to(place + path, answers_within);
    request.headers.emplace_back("x-aws-ec2-metadata-token", token->body);
    return fetch(request, attempts);
  };
  const auto wrong = [&](std::string_view text) {
    return fail(fmt::format("the instance's metadata at {}: {}", place, text));
  };

  const std::string folder = "/latest/meta-data/iam/security-credentials/";
  const auto roles = get(folder);
  if (!roles) return wrong(roles.error().text);
  if (roles->status == 404) return nothing("says that the instance has no role");
  const std::string role(trim(split(roles->body, '\n').front()));
  if (roles->status != 200 || role.empty()) {
    return wrong(fmt::format("the name of the role: the answer has status {}", roles->status));
  }
  const auto answer = get(folder + role);
  if (!answer) return wrong(answer.error().text);
  const auto made = credentials_in(*answer);
  if (!made) return wrong(fmt::format("the role {}: {}", role, made.error().text));
  return FoundCredentials{*made, {}};
}

}  // namespace upkeep
