#include "io/s3_bucket.h"

#include <fmt/format.h>

#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <thread>

#include "base/text.h"
#include "model/endpoint.h"

namespace upkeep {
namespace {

constexpr int remedied_max = 3;
constexpr Duration credentials_rest = std::chrono::milliseconds{2500};  ///< between two look-ups
constexpr const char* usual_region = "us-east-1";

HttpFetch fetch_with(HttpClient& client) {
  return [&client](const HttpRequest& request) -> Result<HttpAnswer> {
    HttpResult result = client.fetch(request);
    if (!result) return std::unexpected(result.error().error);
    return *std::move(result);
  };
}

S3CredentialSources sources_of(const Bucket& bucket, HttpClient& client) {
  S3CredentialSources sources = this_process(fetch_with(client));
  sources.profile = bucket.profile;
  sources.anonymous = bucket.anonymous;
  return sources;
}

/// Waits for one answer, or until it is to stop. Whoever answers may come too late.
class AnswerWait {
 public:
  explicit AnswerWait(std::stop_token stop) : stop_(std::move(stop)) {}

  /// Nothing: it was stopped.
  std::optional<HttpResult> answer_of(HttpClient& client, HttpRequest request) {
    const auto slot = std::make_shared<Slot>();
    client.start(std::move(request), [slot](HttpResult result) {
      const std::lock_guard lock(slot->mutex);
      slot->result = std::move(result);
      slot->came.notify_one();
    });
    std::unique_lock lock(slot->mutex);
    slot->came.wait(lock, stop_, [&] { return slot->result.has_value(); });
    return std::move(slot->result);
  }
  /// False: it was stopped.
  bool pause(Duration time) {
    Slot slot;
    std::unique_lock lock(slot.mutex);
    slot.came.wait_for(lock, stop_, time, [] { return false; });
    return !stop_.stop_requested();
  }

 private:
  struct Slot {
    std::mutex mutex;
    std::condition_variable_any came;
    std::optional<HttpResult> result;
  };
  std::stop_token stop_;
};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

/// Who is allowed what, in the words of AWS.
std::string_view needed_permission(const S3Ask& ask) {
  return ask.key.empty() ? "s3:ListBucket" : "s3:GetObject";
}

std::string text_of(const S3Ask& ask, int status, const s3::Refusal& refusal) {
  if (refusal.code == "AccessDenied" || (refusal.code.empty() && status == 403)) {
    return fmt::format("access is denied ({}); allow these credentials {}", status,
                       needed_permission(ask));
  }
  if (refusal.code == "NoSuchBucket") return "there is no such bucket";
  if (refusal.code.empty()) return fmt::format("the answer has status {} and no reason", status);
  return fmt::format("{} ({}){}{}", refusal.code, status, refusal.message.empty() ? "" : ": ",
                     refusal.message);
}

std::optional<Duration> retry_after(const HttpAnswer& answer) {
  const auto text = answer.header("retry-after");
  const auto seconds = text ? parse_number(*text) : std::nullopt;
  if (!seconds || *seconds > 86'400) return {};
  return std::chrono::seconds{*seconds};
}

}  // namespace

S3Bucket::S3Bucket(Bucket bucket, s3::Retries retries)
    : bucket_(std::move(bucket)),
      retries_(retries),
      client_(HttpLimits{.connections = static_cast<std::size_t>(bucket_.requests)}),
      credentials_(sources_of(bucket_, client_)),
      ca_(bucket_.ca.empty() ? variable("AWS_CA_BUNDLE") : bucket_.ca),
      region_(bucket_.region),
      random_(
          std::hash<std::thread::id>{}(std::this_thread::get_id()) ^
          static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count())) {
}

std::string S3Bucket::name_of(std::string_view key) const {
  return fmt::format("s3://{}{}{}", bucket_.name, key.empty() ? "" : "/", key);
}

Time S3Bucket::now() const {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now()) + ahead_;
}

/// A name with dots does not fit the certificate of a virtual host.
S3Bucket::Address S3Bucket::address_of(std::string_view key, std::string_view region) const {
  if (!bucket_.endpoint.empty()) {
    const std::string_view endpoint = bucket_.endpoint;
    const std::size_t scheme = endpoint.find("://");
    const std::string_view host = endpoint.substr(scheme + 3);
    if (host.starts_with(bucket_in_host)) {
      const std::string_view domain = host.substr(bucket_in_host.size());
      return {std::string(endpoint.substr(0, scheme)), fmt::format("{}.{}", bucket_.name, domain),
              fmt::format("/{}", key)};
    }
    return {std::string(endpoint.substr(0, scheme)), std::string(host),
            fmt::format("/{}{}{}", bucket_.name, key.empty() ? "" : "/", key)};
  }
  const std::string host =
      fmt::format("s3.{}.amazonaws.com{}", region, region.starts_with("cn-") ? ".cn" : "");
  if (bucket_.name.contains('.')) {
    return {"https", host, fmt::format("/{}{}{}", bucket_.name, key.empty() ? "" : "/", key)};
  }
  return {"https", fmt::format("{}.{}", bucket_.name, host), fmt::format("/{}", key)};
}

Result<HttpRequest> S3Bucket::request(const S3Ask& ask) {
  auto credentials = credentials_.get();
  if (!credentials) {
    return fail(fmt::format("{}: {}", name_of(ask.key), credentials.error().text));
  }
  const std::lock_guard lock(mutex_);
  if (region_.empty()) region_ = credentials_.region().value_or(usual_region);
  if (!signer_) signer_.emplace(region_);
  const Address address = address_of(ask.key, region_);
  s3::Request unsigned_request;
  unsigned_request.method = ask.method;
  unsigned_request.host = address.host;
  unsigned_request.path = address.path;
  unsigned_request.query = ask.query;
  unsigned_request.headers = ask.headers;
  if (bucket_.requester_pays) unsigned_request.headers["x-amz-request-payer"] = "requester";
  s3::SignedRequest signed_request = signer_->sign(unsigned_request, *credentials, now());
  ++(ask.key.empty() ? lists_ : others_);
  HttpRequest request;
  request.method = ask.method;
  request.url = address.scheme + "://" + address.host + signed_request.target;
  request.headers = std::move(signed_request.headers);
  request.timeout = ask.timeout;
  request.ca_file = ca_;
  return request;
}

/// True when the bucket is elsewhere than was thought.
bool S3Bucket::learn_region(const HttpAnswer& answer, const s3::Refusal& refusal) {
  std::string region = refusal.region;
  if (const auto told = answer.header("x-amz-bucket-region")) region = *told;
  const std::lock_guard lock(mutex_);
  if (region.empty() || region == region_) return false;
  region_ = region;
  signer_.reset();
  return true;
}

bool S3Bucket::learn_clock(const HttpAnswer& answer) {
  const auto date = answer.header("date");
  const auto time = date ? parse_http_date(*date) : std::nullopt;
  if (!time) return false;
  const std::lock_guard lock(mutex_);
  ahead_ = *time - std::chrono::floor<Duration>(std::chrono::system_clock::now());
  return true;
}

/// How long to wait before the request is sent again, if it is.
void S3Bucket::settle(S3Judgement& judgement, S3Attempts& attempts,
                      std::optional<Duration> asked_for) {
  using s3::Remedy;
  ++attempts.made;
  if (judgement.remedy == Remedy::none) return;
  if (judgement.remedy != Remedy::again && judgement.remedy != Remedy::slower) {
    if (++attempts.remedied > remedied_max) return;
    // Credentials that were looked up a moment ago are not looked up anew at once.
    const bool rests = judgement.remedy == Remedy::renew && attempts.remedied == 2;
    judgement.wait = rests ? credentials_rest : Duration{};
    return;
  }
  if (attempts.made >= retries_.attempts) {
    judgement.error.text += fmt::format("; tried {} times", attempts.made);
    return;
  }
  const std::lock_guard lock(mutex_);
  judgement.wait = retries_.wait(attempts.made, asked_for, random_);
}

S3Judgement S3Bucket::judge(const S3Ask& ask, const HttpResult& result, S3Attempts& attempts) {
  using s3::Remedy;
  S3Judgement judgement;
  if (!result) {
    judgement.error.text = fmt::format("{}: {}", name_of(ask.key), result.error().error.text);
    judgement.remedy = result.error().may_pass ? Remedy::again : Remedy::none;
    settle(judgement, attempts, {});
    return judgement;
  }
  const s3::Refusal refusal = s3::read_refusal(result->body).value_or(s3::Refusal{});
  judgement.code = refusal.code;
  judgement.error.text =
      fmt::format("{}: {}", name_of(ask.key), text_of(ask, result->status, refusal));
  judgement.remedy = s3::remedy_for(result->status, refusal);
  if (judgement.remedy == Remedy::renew) credentials_.refused();
  const bool is_elsewhere = (judgement.remedy == Remedy::region || result->status == 400) &&
                            learn_region(*result, refusal);
  if (is_elsewhere) {
    judgement.remedy = Remedy::region;
  } else if (judgement.remedy == Remedy::region) {
    judgement.remedy = Remedy::none;
    judgement.error.text += "; say in which region the bucket is with `region`";
  }
  if (judgement.remedy == Remedy::clock && !learn_clock(*result)) judgement.remedy = Remedy::none;
  settle(judgement, attempts, retry_after(*result));
  return judgement;
}

S3Judgement S3Bucket::judge_malformed(const S3Ask& ask, const HttpAnswer& answer,
                                      const Error& wrong, S3Attempts& attempts) {
  if (s3::read_refusal(answer.body)) return judge(ask, answer, attempts);
  S3Judgement judgement;
  judgement.error.text = fmt::format("{}: {}", name_of(ask.key), wrong.text);
  judgement.remedy = s3::Remedy::again;
  settle(judgement, attempts, {});
  return judgement;
}

Result<S3Bucket::Answer> S3Bucket::fetch(const S3Ask& ask, std::stop_token stop) {
  const auto stopped = [&] { return fail(name_of(ask.key) + ": the request was stopped"); };
  AnswerWait wait(stop);
  S3Attempts attempts;
  while (true) {
    if (stop.stop_requested()) return stopped();
    UPKEEP_TRY(HttpRequest request, this->request(ask));
    std::optional<HttpResult> answered = wait.answer_of(client_, std::move(request));
    if (!answered) return stopped();
    HttpResult& result = *answered;
    if (result && result->status >= 200 && result->status < 300) return Answer{*result, {}};
    S3Judgement judgement = judge(ask, result, attempts);
    if (judgement.wait) {
      if (!wait.pause(*judgement.wait)) return stopped();
    } else if (result && judgement.remedy == s3::Remedy::none) {
      return Answer{*std::move(result), std::move(judgement)};
    } else {
      return std::unexpected(std::move(judgement.error));
    }
  }
}

}  // namespace upkeep
