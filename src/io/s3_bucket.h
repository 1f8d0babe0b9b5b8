// Requests to one bucket: addressed, signed, judged, and sent again where that may help. Knows
// what the answers have taught: the region of the bucket, and how far the clocks differ.
#pragma once
#include <atomic>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "io/s3_credentials.h"
#include "model/store.h"
#include "net/http_client.h"
#include "port/object_store.h"
#include "s3/remedy.h"
#include "s3/signature.h"

namespace upkeep {

/// One request before it is addressed and signed.
struct S3Ask {
  std::string method = "GET";
  std::string key = {};  ///< the whole name of an object; empty for the bucket itself
  std::vector<std::pair<std::string, std::string>> query = {};
  std::map<std::string, std::string> headers = {};  ///< lower-case names
  Duration timeout = std::chrono::minutes{1};
};

/// How often one request was sent, and for which reasons.
struct S3Attempts {
  int made = 0;
  int remedied = 0;  ///< because something was learnt from the answer before
};

/// What is to be done about an answer that is no success: send the same again after `wait`, or
/// give up. An answer that holds a refusal is one whatever its status is.
struct S3Judgement {
  Error error;
  std::string code;  ///< of the refusal; empty when there is none
  s3::Remedy remedy = s3::Remedy::none;
  std::optional<Duration> wait;  ///< nothing: give up
};

/// May be used from any thread but that of its client.
class S3Bucket {
 public:
  explicit S3Bucket(Bucket, s3::Retries = {});

  /// Signed for this moment: to be sent at once. An error when there are no credentials.
  Result<HttpRequest> request(const S3Ask&);
  /// `result` is what came of a request(), and no success.
  S3Judgement judge(const S3Ask&, const HttpResult& result, S3Attempts&);
  /// The same for a 200 that is not what it should be.
  S3Judgement judge_malformed(const S3Ask&, const HttpAnswer&, const Error&, S3Attempts&);

  /// Sends until there is a success, or a refusal that will stay: that is no error here. Asked to
  /// stop, it returns an error at once, whatever is under way.
  struct Answer {
    HttpAnswer answer;
    std::optional<S3Judgement> refusal;
  };
  Result<Answer> fetch(const S3Ask&, std::stop_token stop = {});

  HttpClient& client() { return client_; }
  const Bucket& facts() const { return bucket_; }
  std::string name_of(std::string_view key) const;  ///< s3://bucket/key
  ObjectStore::Requests requests() const { return {lists_, others_, keys_, at_once_}; }
  /// A page of a listing came: what it added, and how many pages are asked for together.
  void note_page(std::uint64_t keys, std::uint64_t at_once) {
    keys_ += keys;
    at_once_ = at_once;
  }

 private:
  struct Address {
    std::string scheme, host, path;
  };
  Address address_of(std::string_view key, std::string_view region) const;
  Time now() const;
  void settle(S3Judgement&, S3Attempts&, std::optional<Duration> asked_for);
  bool learn_region(const HttpAnswer&, const s3::Refusal&);
  bool learn_clock(const HttpAnswer&);

  const Bucket bucket_;
  const s3::Retries retries_;
  HttpClient client_;
  S3Credentials credentials_;
  std::string ca_;
  std::atomic<std::uint64_t> lists_ = 0, others_ = 0, keys_ = 0, at_once_ = 0;

  mutable std::mutex mutex_;  ///< of what follows
  std::string region_;
  std::optional<s3::Signer> signer_;  ///< for that region
  Duration ahead_{};                  ///< the server's clock is so far ahead of ours
  Random random_;
};

}  // namespace upkeep
