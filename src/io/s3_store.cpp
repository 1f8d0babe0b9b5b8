#include "io/s3_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "io/s3_listing.h"

namespace upkeep {
namespace {

constexpr std::size_t name_size_max = 1024;  ///< bytes, of an object
constexpr int looks_max = 3;                 ///< at an object that comes or goes meanwhile

Result<ObjectStore::Facts> facts_of(const HttpAnswer& answer, const std::string& place) {
  const auto length = answer.header("content-length"), date = answer.header("last-modified");
  const auto size = length ? parse_number(*length) : std::nullopt;
  const auto modified = date ? parse_http_date(*date) : std::nullopt;
  if (!size || !modified) {
    return fail(fmt::format("{}: the answer does not tell its size and time", place));
  }
  return ObjectStore::Facts{*size, *modified};
}

/// An object that is read in pieces, each by a request.
class S3Reader final : public ObjectReader {
 public:
  S3Reader(S3Bucket& bucket, std::string name, std::uint64_t size, std::string tag,
           std::stop_token stop)
      : bucket_(bucket),
        name_(std::move(name)),
        size_(size),
        tag_(std::move(tag)),
        stop_(std::move(stop)) {}

  std::uint64_t size() const override { return size_; }

  Result<void> read(std::uint64_t offset, std::span<char> into) override {
    if (offset > size_ || size_ - offset < into.size()) {
      return fail(fmt::format("{} ends at byte {}", bucket_.name_of(name_), size_));
    }
    if (into.empty()) return {};
    S3Ask ask;
    ask.key = name_;
    ask.headers["range"] = fmt::format("bytes={}-{}", offset, offset + into.size() - 1);
    if (!tag_.empty()) ask.headers["if-match"] = tag_;
    UPKEEP_TRY(const auto got, bucket_.fetch(ask, stop_));
    if (got.refusal && got.answer.status == 412) {
      return fail(fmt::format("{} was changed while it was read", bucket_.name_of(name_)));
    }
    if (got.refusal) return std::unexpected(got.refusal->error);
    // A server that knows no ranges sends all of it.
    std::string_view bytes = got.answer.body;
    if (got.answer.status == 200 && bytes.size() == size_) bytes.remove_prefix(offset);
    if (bytes.size() < into.size() || (got.answer.status != 200 && bytes.size() != into.size())) {
      return fail(fmt::format("{}: the answer has {} bytes instead of {}", bucket_.name_of(name_),
                              got.answer.body.size(), into.size()));
    }
    std::copy_n(bytes.data(), into.size(), into.begin());
    return {};
  }

 private:
  S3Bucket& bucket_;
  std::string name_;
  std::uint64_t size_;
  std::string tag_;
  std::stop_token stop_;
};

}  // namespace

S3Store::S3Store(Bucket bucket, s3::Retries retries)
    : bucket_(std::move(bucket), retries), prefix_(bucket_.facts().prefix) {}

void S3Store::expect(std::vector<std::string> keys) {
  for (std::string& key : keys) key.insert(0, prefix_);
  const std::lock_guard lock(mutex_);
  hints_ = std::move(keys);
}

Result<std::vector<FailedPart>> S3Store::list(std::string_view prefix,
                                              const std::function<void(const Object&)>& take,
                                              std::stop_token stop) {
  std::vector<std::string> hints;
  {
    const std::lock_guard lock(mutex_);
    hints = hints_;
  }
  S3Listing listing(bucket_, prefix_ + std::string(prefix), std::move(hints), std::move(stop));
  UPKEEP_CHECK(listing.run([&](const s3::ListedObject& object) {
    const std::string_view key = std::string_view(object.key).substr(prefix_.size());
    if (key.empty()) return;  // what consoles make in place of a folder
    // As looking at it tells the time.
    take({.key = key,
          .size = object.size,
          .modified = std::chrono::floor<std::chrono::seconds>(object.modified)});
  }));
  return std::vector<FailedPart>{};
}

/// The answer to HEAD; nothing when there is no such object. Refusals of HEAD give no reason, so
/// a GET of one byte is asked for it.
Result<std::optional<HttpAnswer>> S3Store::head(const std::string& name,
                                                const std::stop_token& stop) {
  S3Ask head, get;
  head.method = "HEAD";
  head.key = get.key = name;
  get.headers["range"] = "bytes=0-0";
  for (int looks = 0; looks < looks_max; ++looks) {
    UPKEEP_TRY(auto looked, bucket_.fetch(head, stop));
    if (!looked.refusal) return std::move(looked.answer);
    UPKEEP_TRY(const auto got, bucket_.fetch(get, stop));
    if (!got.refusal || got.answer.status == 416) continue;  // it is there, after all
    if (got.answer.status == 404 && got.refusal->code == "NoSuchKey") return std::nullopt;
    return std::unexpected(got.refusal->error);
  }
  return fail(
      fmt::format("{}: the answers to HEAD and GET contradict each other", bucket_.name_of(name)));
}

Result<std::optional<ObjectStore::Facts>> S3Store::look(std::string_view key,
                                                        std::stop_token stop) {
  const std::string name = prefix_ + std::string(key);
  if (key.empty()) return fail("`` can be no key of a bucket");
  if (name.size() > name_size_max) return std::nullopt;
  UPKEEP_TRY(const auto answer, head(name, stop));
  if (!answer) return std::nullopt;
  UPKEEP_TRY(const Facts facts, facts_of(*answer, bucket_.name_of(name)));
  return facts;
}

Result<std::unique_ptr<ObjectReader>> S3Store::open(std::string_view key, std::stop_token stop) {
  const std::string name = prefix_ + std::string(key);
  UPKEEP_TRY(const auto answer, head(name, stop));
  if (!answer) return fail(fmt::format("there is no object {}", bucket_.name_of(name)));
  UPKEEP_TRY(const Facts facts, facts_of(*answer, bucket_.name_of(name)));
  return std::make_unique<S3Reader>(
      bucket_, name, facts.size, std::string(answer->header("etag").value_or("")), std::move(stop));
}

}  // namespace upkeep
