#include "io/s3_credential_chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <thread>
#include <utility>

#include "base/text.h"
#include "io/child_output.h"
#include "io/files.h"
#include "s3/answers.h"
#include "s3/signature.h"
#include "s3/sts.h"

namespace upkeep {
namespace {

constexpr Duration process_time = std::chrono::minutes{1};
constexpr Duration sts_time = std::chrono::seconds{30};
constexpr Duration first_pause = std::chrono::milliseconds{200};
constexpr int sts_attempts = 3;

bool is_of_use(const HttpAnswer& answer) { return answer.status < 500 && answer.status != 429; }

/// The parts of a URL: "https://sts.amazonaws.com", "sts.amazonaws.com" and "/".
struct Endpoint {
  explicit Endpoint(std::string_view url) {
    const std::size_t scheme = url.find("://");
    const std::size_t begin = scheme == url.npos ? 0 : scheme + 3;
    const std::size_t slash = std::min(url.find('/', begin), url.size());
    origin = url.substr(0, slash);
    host = url.substr(begin, slash - begin);
    path = slash == url.size() ? "/" : url.substr(slash);
  }
  std::string origin, host, path;
};

/// What STS says, but nothing that was secret in the question.
std::string words_of(const HttpAnswer& answer, const s3::Credentials& with) {
  const auto refusal = s3::read_refusal(answer.body);
  if (!refusal) return fmt::format("the answer has status {}", answer.status);
  const std::string_view message =
      std::string_view(refusal->message).substr(0, refusal->message.find('\n'));
  const bool is_telling = !with.token.empty() && message.find(with.token) != message.npos;
  if (message.empty() || is_telling) return refusal->code;
  return fmt::format("{}: {}", refusal->code, message);
}

}  // namespace

S3CredentialSources this_process(HttpFetch fetch) {
  S3CredentialSources made;
  made.fetch = std::move(fetch);
  made.variable = [](const std::string& name) {
    const char* const value = std::getenv(name.c_str());
    return std::string(value == nullptr ? "" : value);
  };
  made.now = [] {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  };
  made.pause = [](Duration time) { std::this_thread::sleep_for(time); };
  return made;
}

S3CredentialChain::S3CredentialChain(S3CredentialSources sources) : sources_(std::move(sources)) {}

Result<s3::Credentials> S3CredentialChain::obtain() {
  std::string tried;
  using Place = std::pair<const char*, std::function<Result<FoundCredentials>()>>;
  std::vector<Place> places{{"profile", [this] { return from_profile(); }},
                            {"web identity", [this] { return from_web_identity(); }},
                            {"container", [this] { return from_container(); }},
                            {"instance", [this] { return from_instance(); }}};
  // A profile that the store names counts more than what happens to be set.
  if (sources_.profile.empty()) {
    places.insert(places.begin(), Place{"environment", [this] { return from_environment(); }});
  }
  for (const auto& [name, look] : places) {
    UPKEEP_TRY(const FoundCredentials found, look());
    if (found.credentials) return *found.credentials;
    tried += fmt::format("{}{}: {}", tried.empty() ? "" : "; ", name, found.why_not);
  }
  return fail(fmt::format(
      "there are no credentials for S3 ({}). Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
      "name a `profile`, or write `credentials: anonymous` for a public bucket",
      tried));
}

std::string S3CredentialChain::first_set(const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    if (std::string value = sources_.variable(name); !value.empty()) return value;
  }
  return {};
}

Result<FoundCredentials> S3CredentialChain::from_environment() const {
  s3::Credentials made{sources_.variable("AWS_ACCESS_KEY_ID"),
                       sources_.variable("AWS_SECRET_ACCESS_KEY"),
                       first_set({"AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"}),
                       {}};
  if (made.id.empty() && made.secret.empty()) {
    return FoundCredentials{{}, "AWS_ACCESS_KEY_ID is not set"};
  }
  if (made.id.empty() || made.secret.empty()) {
    return fail(fmt::format("{} is set, but {} is not",
                            made.id.empty() ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID",
                            made.id.empty() ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY"));
  }
  return FoundCredentials{std::move(made), {}};
}

std::string S3CredentialChain::profile_name() const {
  if (!sources_.profile.empty()) return sources_.profile;
  const std::string name = first_set({"AWS_PROFILE", "AWS_DEFAULT_PROFILE"});
  return name.empty() ? "default" : name;
}

bool S3CredentialChain::is_profile_named() const {
  return !sources_.profile.empty() || !first_set({"AWS_PROFILE", "AWS_DEFAULT_PROFILE"}).empty();
}

Result<S3CredentialChain::Files> S3CredentialChain::read_files() const {
  const std::string home = sources_.variable("HOME");
  const auto path_of = [&](const char* name, const char* usual) {
    std::string path = sources_.variable(name);
    if (path.empty()) path = std::string("~/.aws/") + usual;
    return path.starts_with("~/") ? home + path.substr(1) : path;
  };
  using Kind = s3::Profiles::Kind;
  Files files;
  for (const auto& [kind, path] :
       {std::pair{Kind::config, path_of("AWS_CONFIG_FILE", "config")},
        std::pair{Kind::credentials, path_of("AWS_SHARED_CREDENTIALS_FILE", "credentials")}}) {
    files.paths += (files.paths.empty() ? "" : " or ") + path;
    if (path == "/dev/null") continue;  // what people name when there is none
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored) && !ignored) continue;
    UPKEEP_TRY(const std::string text, read_file(path));
    UPKEEP_CHECK(files.profiles.add(kind, path, text));
  }
  return files;
}

Result<FoundCredentials> S3CredentialChain::from_profile() {
  const std::string name = profile_name();
  UPKEEP_TRY(const Files files, read_files());
  if (!is_profile_named() && files.profiles.find(name) == nullptr) {
    return FoundCredentials{{}, fmt::format("there is no `{}` in {}", name, files.paths)};
  }
  const auto source = s3::source_of(files.profiles, name);
  if (!source) {
    if (files.profiles.find(name) != nullptr) return std::unexpected(source.error());
    return fail(fmt::format("{} in {}", source.error().text, files.paths));
  }
  profile_region_ = source->region;
  UPKEEP_TRY(FoundCredentials found, first_of(*source));
  if (!found.credentials) {
    if (found.why_not.empty()) found.why_not = fmt::format("`{}` has no credentials", name);
    return found;
  }
  for (const s3::Role& role : source->roles) {
    UPKEEP_TRY(found.credentials, assume(role, *found.credentials));
  }
  return found;
}

Result<FoundCredentials> S3CredentialChain::first_of(const s3::ProfileSource& source) const {
  if (const auto* keys = std::get_if<s3::Credentials>(&source.first)) {
    return FoundCredentials{*keys, {}};
  }
  if (const auto* process = std::get_if<s3::CredentialProcess>(&source.first)) {
    UPKEEP_TRY(auto made, run(*process));
    return FoundCredentials{std::move(made), {}};
  }
  if (const auto* identity = std::get_if<s3::WebIdentity>(&source.first)) {
    UPKEEP_TRY(auto made, assume(*identity));
    return FoundCredentials{std::move(made), {}};
  }
  if (const auto* place = std::get_if<s3::CredentialPlace>(&source.first)) {
    UPKEEP_TRY(auto found, from_place(*place));
    if (!found.credentials) {
      return fail(fmt::format("the `credential_source` of profile `{}` has nothing: {}",
                              profile_name(), found.why_not));
    }
    return found;
  }
  return FoundCredentials{};
}

Result<FoundCredentials> S3CredentialChain::from_place(s3::CredentialPlace place) const {
  switch (place) {
    case s3::CredentialPlace::environment:
      return from_environment();
    case s3::CredentialPlace::container:
      return from_container();
    case s3::CredentialPlace::instance:
      break;
  }
  return from_instance();
}

Result<s3::Credentials> S3CredentialChain::run(const s3::CredentialProcess& process) const {
  // The other clients have the system's shell take the command apart, too.
  const auto output = output_of("/bin/sh", {"sh", "-c", process.command}, process_time);
  const auto made = output ? s3::read_process_credentials(*output)
                           : Result<s3::Credentials>(std::unexpected(output.error()));
  if (!made) {
    return fail(fmt::format("{}: `credential_process`: {}", process.place, made.error().text));
  }
  return made;
}

Result<FoundCredentials> S3CredentialChain::from_web_identity() const {
  s3::WebIdentity identity;
  identity.place = "AWS_WEB_IDENTITY_TOKEN_FILE";
  identity.token_file = sources_.variable(identity.place);
  if (identity.token_file.empty()) {
    return FoundCredentials{{}, identity.place + " is not set"};
  }
  identity.role.arn = sources_.variable("AWS_ROLE_ARN");
  if (identity.role.arn.empty()) return fail(identity.place + " is set, but AWS_ROLE_ARN is not");
  identity.role.session = sources_.variable("AWS_ROLE_SESSION_NAME");
  if (identity.role.session.empty()) identity.role.session = "upkeep";
  UPKEEP_TRY(auto made, assume(identity));
  return FoundCredentials{std::move(made), {}};
}

Result<FoundCredentials> S3CredentialChain::from_container() const {
  return container_credentials(
      sources_.variable, [this](const auto& request, int times) { return fetch(request, times); });
}

Result<FoundCredentials> S3CredentialChain::from_instance() const {
  return instance_credentials(
      sources_.variable, [this](const auto& request, int times) { return fetch(request, times); });
}

Result<s3::Credentials> S3CredentialChain::assume(const s3::WebIdentity& identity) const {
  const auto token = read_file(identity.token_file);
  if (!token) return fail(fmt::format("{}: {}", identity.place, token.error().text));
  return ask_sts(identity.role, s3::web_identity_form(identity.role, trim(*token)), {});
}

Result<s3::Credentials> S3CredentialChain::assume(const s3::Role& role,
                                                  const s3::Credentials& with) const {
  return ask_sts(role, s3::assume_role_form(role), with);
}

std::string S3CredentialChain::sts_url() const {
  std::string url = first_set({"AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"});
  if (url.empty()) url = s3::sts_endpoint(region().value_or("us-east-1"));
  return url;
}

Result<s3::Credentials> S3CredentialChain::ask_sts(const s3::Role& role, const std::string& form,
                                                   const s3::Credentials& with) const {
  const Endpoint endpoint(sts_url());
  s3::Request request;
  request.method = "POST";
  request.host = endpoint.host;
  request.path = endpoint.path;
  request.headers["content-type"] = "application/x-www-form-urlencoded";
  request.payload_sha256 = s3::sha256(form);
  const std::string region_name = region().value_or("us-east-1");
  const auto made = s3::sign(request, with, region_name, sources_.now(), "sts");

  HttpRequest sent;
  sent.method = "POST";
  sent.url = endpoint.origin + made.target;
  sent.headers = made.headers;
  sent.body = form;
  sent.timeout = sts_time;
  sent.ca_file = sources_.variable("AWS_CA_BUNDLE");
  const auto wrong = [&](std::string_view text) {
    return fail(fmt::format("{} does not give the role {}: {}", endpoint.origin, role.arn, text));
  };
  const auto answer = fetch(sent, sts_attempts);
  if (!answer) return wrong(answer.error().text);
  if (answer->status != 200) return wrong(words_of(*answer, with));
  auto credentials = s3::read_assumed_role(answer->body);
  if (!credentials) return wrong(credentials.error().text);
  return credentials;
}

Result<HttpAnswer> S3CredentialChain::fetch(const HttpRequest& request, int attempts) const {
  Duration pause = first_pause;
  for (;; pause *= 2) {
    auto answer = sources_.fetch(request);
    if (--attempts <= 0 || (answer && is_of_use(*answer))) return answer;
    sources_.pause(pause);
  }
}

std::optional<std::string> S3CredentialChain::region() const {
  std::string name = first_set({"AWS_REGION", "AWS_DEFAULT_REGION"});
  if (name.empty()) name = profile_region_;
  if (name.empty()) {
    const auto files = read_files();
    const s3::Profile* const profile = files ? files->profiles.find(profile_name()) : nullptr;
    if (profile == nullptr) return {};
    const auto found = profile->find("region");
    if (found != profile->end()) name = found->second.value;
  }
  if (name.empty()) return {};
  return name;
}

}  // namespace upkeep
