// The credentials of S3 against real servers: small ones, each started by its test.
#include "io/s3_credentials.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <map>
#include <thread>

#include "io/test_folder.h"
#include "net/http_client.h"
#include "net/test_http_server.h"

namespace upkeep {
namespace {

using namespace std::chrono_literals;

/// A machine with its own variables, files and clock.
class Machine {
 public:
  Machine() {
    variables["HOME"] = folder.path();
    variables["AWS_EC2_METADATA_DISABLED"] = "true";
  }

  S3CredentialSources sources(std::string profile = {}) {
    S3CredentialSources made;
    made.profile = std::move(profile);
    made.fetch = [this](HttpRequest request) -> Result<HttpAnswer> {
      // Addresses that exist on machines of AWS only.
      constexpr std::string_view ecs = "http://169.254.170.2";
      if (request.url.starts_with(ecs)) request.url.replace(0, ecs.size(), container);
      auto answer = client_.fetch(std::move(request));
      if (!answer) return std::unexpected(answer.error().error);
      return *std::move(answer);
    };
    made.variable = [this](const std::string& name) {
      const auto found = variables.find(name);
      return found == variables.end() ? "" : found->second;
    };
    made.now = [this] { return now.load(); };
    made.pause = [this](Duration) { ++pauses; };
    return made;
  }

  Result<s3::Credentials> obtain(std::string profile = {}) {
    return S3CredentialChain(sources(std::move(profile))).obtain();
  }

  /// The id of what is found, or the error.
  std::string found(std::string profile = {}) {
    const auto made = obtain(std::move(profile));
    return made ? made->id : made.error().text;
  }

  TestFolder folder;
  std::map<std::string, std::string> variables;
  std::string container;  ///< instead of 169.254.170.2
  std::atomic<Time> now = *parse_time("2025-10-21T12:00:00Z");
  std::atomic<int> pauses = 0;

 private:
  HttpClient client_;
};

std::string metadata(std::string_view id, std::string_view expires = "2025-10-21T18:00:00Z") {
  return fmt::format(R"({{"Code":"Success","AccessKeyId":"{}","SecretAccessKey":"s","Token":"t",)"
                     R"("Expiration":"{}"}})",
                     id, expires);
}

std::string role_answer(std::string_view id, std::string_view expires = "2025-10-21T13:00:00Z") {
  return fmt::format(
      "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>{}</AccessKeyId>"
      "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>{}"
      "</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>",
      id, expires);
}

/// An instance whose role is `lake`; it insists on a token, as version 2 does.
ToldAnswer instance(const SeenRequest& request) {
  if (request.target == "/latest/api/token") {
    const bool right = request.method == "PUT" &&
                       request.header("x-aws-ec2-metadata-token-ttl-seconds") == "21600";
    return right ? answer_of(200, "session") : answer_of(405, "");
  }
  if (request.header("x-aws-ec2-metadata-token") != "session") return answer_of(401, "");
  const std::string folder = "/latest/meta-data/iam/security-credentials/";
  if (request.target == folder) return answer_of(200, "lake\n");
  if (request.target == folder + "lake") return answer_of(200, metadata("instance"));
  return answer_of(404, "");
}

TEST(S3CredentialChain, the_environment_comes_first) {
  Machine machine;
  machine.folder.write(".aws/credentials",
                       "[default]\naws_access_key_id=file\naws_secret_access_key=s\n"
                       "[other]\naws_access_key_id=other\naws_secret_access_key=s\n");
  machine.variables["AWS_ACCESS_KEY_ID"] = "variable";
  machine.variables["AWS_SECRET_ACCESS_KEY"] = "secret";
  machine.variables["AWS_SESSION_TOKEN"] = "token";
  EXPECT_EQ(machine.obtain().value(), (s3::Credentials{"variable", "secret", "token", {}}));
  EXPECT_EQ(machine.found("other"), "other");  // what the store names counts more

  machine.variables["AWS_SECRET_ACCESS_KEY"] = "";
  EXPECT_EQ(machine.found(), "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");
}

TEST(S3CredentialChain, dev_null_is_no_file) {
  Machine machine;
  machine.folder.write("config", "[profile dev]\naws_access_key_id=dev\naws_secret_access_key=s\n");
  machine.variables["AWS_CONFIG_FILE"] = "~/config";
  machine.variables["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null";
  machine.variables["AWS_PROFILE"] = "dev";
  EXPECT_EQ(machine.found(), "dev");
}

TEST(S3CredentialChain, files_and_profiles_may_be_named) {
  Machine machine;
  machine.folder.write("elsewhere",
                       "[default]\naws_access_key_id=d\naws_secret_access_key=s\n"
                       "[dev]\naws_access_key_id=dev\naws_secret_access_key=s\n");
  machine.folder.write("config", "[profile dev]\nregion=eu-west-3\n");
  machine.variables["AWS_SHARED_CREDENTIALS_FILE"] = machine.folder / "elsewhere";
  machine.variables["AWS_CONFIG_FILE"] = "~/config";
  EXPECT_EQ(machine.found(), "d");
  EXPECT_EQ(S3CredentialChain(machine.sources()).region(), std::nullopt);
  machine.variables["AWS_PROFILE"] = "dev";
  EXPECT_EQ(machine.found(), "dev");
  EXPECT_EQ(S3CredentialChain(machine.sources()).region(), "eu-west-3");
  machine.variables["AWS_PROFILE"] = "devv";
  EXPECT_EQ(machine.found(),
            fmt::format("there is no profile `devv`; did you mean `dev`? in {0}/config or "
                        "{0}/elsewhere",
                        machine.folder.path()));
  machine.variables["AWS_REGION"] = "us-west-2";
  EXPECT_EQ(S3CredentialChain(machine.sources()).region(), "us-west-2");
}

TEST(S3CredentialChain, without_any_the_error_says_what_was_tried_and_how_to_mend_it) {
  Machine machine;
  EXPECT_EQ(
      machine.found(),
      fmt::format("there are no credentials for S3 (environment: AWS_ACCESS_KEY_ID is not set; "
                  "profile: there is no `default` in {0}/.aws/config or {0}/.aws/credentials; "
                  "web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set; "
                  "container: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set; "
                  "instance: AWS_EC2_METADATA_DISABLED is set). "
                  "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a `profile`, or write "
                  "`credentials: anonymous` for a public bucket",
                  machine.folder.path()));
}

TEST(S3CredentialChain, a_damaged_file_is_an_error_and_not_passed_over) {
  Machine machine;
  machine.folder.write(".aws/credentials", "[default]\naws_secret_access_key hunter2\n");
  EXPECT_EQ(machine.found(), machine.folder / ".aws/credentials:2: expected `name = value`");
}

TEST(S3CredentialChain, a_process_prints_credentials) {
  Machine machine;
  machine.folder.write(
      ".aws/config",
      "[default]\ncredential_process = printf '{\"Version\": 1, \"AccessKeyId\": \"%s\", "
      "\"SecretAccessKey\": \"s\"}' \"a b\"\n"
      "[profile fails]\ncredential_process = echo hunter2; echo not today >&2; exit 3\n"
      "[profile talks]\ncredential_process = echo hunter2\n"
      "[profile slow]\ncredential_process = echo '{}'\n");
  EXPECT_EQ(machine.found(), "a b");
  const std::string file = machine.folder / ".aws/config";
  EXPECT_EQ(machine.found("fails"),
            file + ":4: `credential_process`: it ended with exit code 3: not today");
  EXPECT_EQ(machine.found("talks"), file + ":6: `credential_process`: it is no JSON object");
  EXPECT_EQ(machine.found("slow"), file + ":8: `credential_process`: `Version` is not 1");
}

TEST(S3CredentialChain, roles_are_assumed_one_after_the_other) {
  Machine machine;
  std::vector<SeenRequest> seen;
  const TestHttpServer sts([&](const SeenRequest& request) {
    seen.push_back(request);
    return answer_of(200, role_answer(fmt::format("role{}", seen.size())));
  });
  machine.variables["AWS_ENDPOINT_URL_STS"] = sts.url();
  machine.folder.write(".aws/config",
                       "[default]\nrole_arn=arn:outer\nsource_profile=middle\nregion=eu-west-1\n"
                       "[profile middle]\nrole_arn=arn:middle\nsource_profile=base\n"
                       "[profile base]\naws_access_key_id=base\naws_secret_access_key=s\n");
  EXPECT_EQ(machine.found(), "role2");
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].method, "POST");
  EXPECT_NE(seen[0].body.find("RoleArn=arn%3Amiddle&"), std::string::npos) << seen[0].body;
  EXPECT_NE(seen[1].body.find("RoleArn=arn%3Aouter&"), std::string::npos) << seen[1].body;
  EXPECT_TRUE(seen[0]
                  .header("authorization")
                  .starts_with("AWS4-HMAC-SHA256 Credential=base/20251021/eu-west-1/sts/"));
  EXPECT_TRUE(seen[1].header("authorization").starts_with("AWS4-HMAC-SHA256 Credential=role1/"));
  EXPECT_EQ(seen[0].header("x-amz-security-token"), "");
  EXPECT_EQ(seen[1].header("x-amz-security-token"), "t");
}

TEST(S3CredentialChain, a_role_that_is_refused_says_what_the_server_said) {
  Machine machine;
  std::string words = "User: base is not authorized\nand so on";
  const TestHttpServer sts([&](const SeenRequest&) {
    return answer_of(403, fmt::format("<ErrorResponse><Error><Code>AccessDenied</Code><Message>{}"
                                      "</Message></Error></ErrorResponse>",
                                      words));
  });
  machine.variables["AWS_ENDPOINT_URL_STS"] = sts.url("/");
  machine.folder.write(
      ".aws/config",
      "[default]\nrole_arn=arn\nsource_profile=base\n[profile base]\n"
      "aws_access_key_id=base\naws_secret_access_key=s\naws_session_token=hunter2\n");
  EXPECT_EQ(machine.found(),
            sts.url() + " does not give the role arn: AccessDenied: User: base is not authorized");
  words = "the canonical request was x-amz-security-token:hunter2";
  EXPECT_EQ(machine.found(), sts.url() + " does not give the role arn: AccessDenied");
  EXPECT_EQ(machine.pauses, 0);  // it would not pass by itself
}

TEST(S3CredentialChain, what_passes_is_tried_again) {
  Machine machine;
  std::atomic<int> requests = 0;
  const TestHttpServer sts([&](const SeenRequest&) {
    return ++requests < 3 ? answer_of(503, "") : answer_of(200, role_answer("third"));
  });
  machine.variables["AWS_ENDPOINT_URL"] = sts.url();
  machine.variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = machine.folder / "token";
  machine.variables["AWS_ROLE_ARN"] = "arn";
  machine.folder.write("token", "ey.a.b\n");
  EXPECT_EQ(machine.found(), "third");
  EXPECT_EQ(machine.pauses, 2);
  requests = -10;
  EXPECT_EQ(machine.found(), sts.url() + " does not give the role arn: the answer has status 503");
}

TEST(S3CredentialChain, a_web_identity_is_not_signed) {
  Machine machine;
  SeenRequest seen;
  const TestHttpServer sts([&](const SeenRequest& request) {
    seen = request;
    return answer_of(200, role_answer("web"));
  });
  machine.variables["AWS_ENDPOINT_URL_STS"] = sts.url();
  machine.variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = machine.folder / "token";
  EXPECT_EQ(machine.found(), "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not");
  machine.variables["AWS_ROLE_ARN"] = "arn";
  machine.variables["AWS_ROLE_SESSION_NAME"] = "pod";
  EXPECT_TRUE(machine.found().starts_with("AWS_WEB_IDENTITY_TOKEN_FILE: " + machine.folder.path()));
  machine.folder.write("token", "ey.a.b\n");
  EXPECT_EQ(machine.found(), "web");
  EXPECT_EQ(seen.header("authorization"), "");
  EXPECT_TRUE(seen.body.ends_with("&RoleSessionName=pod&WebIdentityToken=ey.a.b")) << seen.body;
}

TEST(S3CredentialChain, a_container_is_asked_with_its_token) {
  Machine machine;
  SeenRequest seen;
  const TestHttpServer server([&](const SeenRequest& request) {
    seen = request;
    return answer_of(200, metadata("container"));
  });
  machine.container = server.url();
  machine.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/1";
  EXPECT_EQ(machine.found(), "container");
  EXPECT_EQ(seen.target, "/v2/credentials/1");
  EXPECT_EQ(seen.header("authorization"), "");

  machine.variables.erase("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  machine.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.url("/v1/credentials");
  machine.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "plain";
  EXPECT_EQ(machine.found(), "container");
  EXPECT_EQ(seen.header("authorization"), "plain");
  machine.folder.write("token", "of the file\n");
  machine.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = machine.folder / "token";
  EXPECT_EQ(machine.found(), "container");
  EXPECT_EQ(seen.header("authorization"), "of the file");
}

TEST(S3CredentialChain, the_token_of_a_container_is_sent_to_no_stranger) {
  Machine machine;
  for (const char* url : {"http://example.com/", "http://127.0.0.1@example.com/",
                          "http://127.0.0.1.example.com/", "ftp://127.0.0.1/", "127.0.0.1"}) {
    machine.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url;
    EXPECT_EQ(machine.found(),
              fmt::format("the container's metadata at {}: without https: only this machine and "
                          "the addresses of ECS and EKS are asked; mend "
                          "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                          url));
  }
  machine.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1:1/";
  machine.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "a\r\nx-evil: b";
  EXPECT_EQ(machine.found(),
            "the container's metadata at http://127.0.0.1:1/: its token has several lines");
}

TEST(S3CredentialChain, an_instance_is_asked_in_its_second_version) {
  Machine machine;
  const TestHttpServer server(instance);
  machine.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server.url("/");
  EXPECT_NE(machine.found(), "instance");  // it is disabled
  machine.variables.erase("AWS_EC2_METADATA_DISABLED");
  EXPECT_EQ(machine.found(), "instance");
  EXPECT_EQ(machine.obtain()->token, "t");
  machine.folder.write(".aws/config", "[default]\nregion = x\n");  // names no credentials
  EXPECT_EQ(machine.found(), "instance");
}

TEST(S3CredentialChain, an_instance_without_a_role_has_no_credentials) {
  Machine machine;
  bool forbidden = false;
  const TestHttpServer server([&](const SeenRequest& request) {
    if (request.method == "PUT") return answer_of(forbidden ? 403 : 200, "session");
    return answer_of(404, "");
  });
  machine.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server.url();
  machine.variables.erase("AWS_EC2_METADATA_DISABLED");
  const auto says = [&](std::string_view words) {
    EXPECT_NE(machine.found().find(fmt::format("instance: {} {})", server.url(), words)),
              std::string::npos)
        << machine.found();
  };
  says("says that the instance has no role");
  forbidden = true;
  says("gives no token (status 403)");
  machine.folder.write(".aws/config",
                       "[default]\nrole_arn=arn\ncredential_source=Ec2InstanceMetadata\n");
  EXPECT_EQ(machine.found(),
            fmt::format("the `credential_source` of profile `default` has nothing: {} gives no "
                        "token (status 403)",
                        server.url()));
}

TEST(S3CredentialChain, metadata_are_not_asked_through_a_proxy) {
  Machine machine;
  std::atomic<int> requests = 0;
  const TestHttpServer proxy([&](const SeenRequest&) {
    ++requests;
    return answer_of(200, "stolen");
  });
  const TestHttpServer server(instance);
  machine.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server.url();
  machine.variables.erase("AWS_EC2_METADATA_DISABLED");
  ::setenv("http_proxy", proxy.url().c_str(), 1);
  EXPECT_EQ(machine.found(), "instance");
  ::unsetenv("http_proxy");
  EXPECT_EQ(requests, 0);
}

/// A container whose credentials are `n1`, `n2` … and last for some time.
class Renewing {
 public:
  explicit Renewing(Machine& machine) : machine_(machine) {
    machine.container = server_.url();
    machine.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/c";
  }

  std::atomic<Duration> lasts = Duration(1h);
  std::atomic<bool> broken = false;
  std::atomic<int> requests = 0;

 private:
  Machine& machine_;
  TestHttpServer server_{[this](const SeenRequest&) {
    const int number = ++requests;
    if (broken) return answer_of(403, "");
    return answer_of(
        200, metadata(fmt::format("n{}", number), to_text(machine_.now.load() + lasts.load())));
  }};
};

std::string id_of(S3Credentials& credentials) {
  const auto made = credentials.get();
  return made ? made->id : made.error().text;
}

TEST(S3Credentials, they_are_renewed_well_before_they_expire) {
  Machine machine;
  Renewing container(machine);
  S3Credentials credentials(machine.sources());
  const Time begin = machine.now;
  EXPECT_EQ(id_of(credentials), "n1");
  machine.now = begin + 50min - 1ms;
  EXPECT_EQ(id_of(credentials), "n1");
  machine.now = begin + 50min;
  EXPECT_EQ(id_of(credentials), "n2");
  EXPECT_EQ(id_of(credentials), "n2");

  container.lasts = Duration(4min);  // after half of a short time
  machine.now = begin + 3h;
  EXPECT_EQ(id_of(credentials), "n3");
  machine.now = begin + 3h + 119s;
  EXPECT_EQ(id_of(credentials), "n3");
  machine.now = begin + 3h + 120s;
  EXPECT_EQ(id_of(credentials), "n4");
}

TEST(S3Credentials, a_renewal_that_fails_is_no_error_while_they_are_good) {
  Machine machine;
  Renewing container(machine);
  S3Credentials credentials(machine.sources());
  const Time begin = machine.now;
  EXPECT_EQ(id_of(credentials), "n1");
  container.broken = true;
  machine.now = begin + 51min;
  EXPECT_EQ(id_of(credentials), "n1");
  EXPECT_EQ(container.requests, 2);
  machine.now = begin + 51min + 59s;  // not at once again
  EXPECT_EQ(id_of(credentials), "n1");
  EXPECT_EQ(container.requests, 2);
  machine.now = begin + 52min;
  EXPECT_EQ(id_of(credentials), "n1");
  EXPECT_EQ(container.requests, 3);
  machine.now = begin + 1h;
  EXPECT_EQ(id_of(credentials),
            "the container's metadata at http://169.254.170.2/c: the answer has status 403");
  container.broken = false;
  EXPECT_EQ(id_of(credentials), "n5");
}

TEST(S3Credentials, what_a_server_refused_is_looked_up_anew_but_not_all_the_time) {
  Machine machine;
  const auto write = [&](std::string_view id) {
    machine.folder.write(
        ".aws/credentials",
        fmt::format("[default]\naws_access_key_id={}\naws_secret_access_key=s\n", id));
  };
  write("old");
  S3Credentials credentials(machine.sources());
  const Time begin = machine.now;
  EXPECT_EQ(id_of(credentials), "old");
  write("new");
  machine.now = begin + 1000h;
  EXPECT_EQ(id_of(credentials), "old");  // keys in a file last
  credentials.refused();
  EXPECT_EQ(id_of(credentials), "new");
  write("newest");
  credentials.refused();
  EXPECT_EQ(id_of(credentials), "new");
  machine.now = begin + 1000h + 2s;
  credentials.refused();
  EXPECT_EQ(id_of(credentials), "newest");
}

TEST(S3Credentials, what_has_expired_when_it_is_found_is_an_error) {
  Machine machine;
  Renewing container(machine);
  container.lasts = Duration(-1min);
  S3Credentials credentials(machine.sources());
  EXPECT_EQ(id_of(credentials),
            "the credentials that were found expired at 2025-10-21T11:59:00Z, if the clock of this "
            "machine is right");
}

TEST(S3Credentials, anonymous_ones_are_not_looked_for) {
  Machine machine;
  machine.variables["AWS_ACCESS_KEY_ID"] = "id";
  machine.variables["AWS_SECRET_ACCESS_KEY"] = "secret";
  auto sources = machine.sources();
  sources.anonymous = true;
  S3Credentials credentials(std::move(sources));
  EXPECT_EQ(credentials.get().value(), s3::Credentials{});
}

TEST(S3Credentials, many_threads_share_one_lookup_and_its_error) {
  for (const bool broken : {false, true}) {
    Machine machine;
    constexpr int threads = 8;
    std::atomic<int> requests = 0;
    std::latch all_ask(threads);
    const TestHttpServer server([&](const SeenRequest&) {
      ++requests;
      all_ask.wait();  // nobody is answered before all threads run
      return broken ? answer_of(403, "") : answer_of(200, metadata("shared"));
    });
    machine.container = server.url();
    machine.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/c";
    S3Credentials credentials(machine.sources());
    std::atomic<int> right = 0;
    {
      std::vector<std::jthread> asking;
      for (int i = 0; i < threads; ++i) {
        asking.emplace_back([&] {
          all_ask.count_down();
          const std::string id = id_of(credentials);
          right += broken ? id.ends_with("status 403") : id == "shared";
        });
      }
    }
    EXPECT_EQ(right, threads);
    // After a failure, a thread that came too late to share it looks for itself.
    EXPECT_GE(requests, 1);
    EXPECT_TRUE(broken || requests == 1);
  }
}

TEST(S3Credentials, while_one_thread_renews_the_others_go_on_with_what_is_good) {
  Machine machine;
  std::atomic<int> requests = 0;
  std::latch asked(1), answered(1);
  const TestHttpServer server([&](const SeenRequest&) {
    const int number = ++requests;
    if (number == 2) {
      asked.count_down();
      answered.wait();
    }
    return answer_of(
        200, metadata(fmt::format("n{}", number), to_text(machine.now.load() + Duration(1h))));
  });
  machine.container = server.url();
  machine.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/c";
  S3Credentials credentials(machine.sources());
  EXPECT_EQ(id_of(credentials), "n1");
  machine.now = machine.now.load() + Duration(51min);
  std::jthread renewing([&] { EXPECT_EQ(id_of(credentials), "n2"); });
  asked.wait();
  EXPECT_EQ(id_of(credentials), "n1");
  answered.count_down();
  renewing.join();
  EXPECT_EQ(id_of(credentials), "n2");
}

}  // namespace
}  // namespace upkeep
