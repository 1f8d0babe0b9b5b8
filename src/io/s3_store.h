// A store that is a bucket of S3, or of a service that speaks its protocol.
#pragma once
#include <mutex>
#include <string>
#include <vector>

#include "io/s3_bucket.h"
#include "port/object_store.h"

namespace upkeep {

/// Keys are the names of objects behind the prefix of the store. A bucket is listed as a whole:
/// a page that cannot be had is an error of the whole listing, never a failed part. Only the
/// answer NoSuchKey means that an object is not there. Times are whole seconds.
class S3Store final : public ObjectStore {
 public:
  explicit S3Store(Bucket, s3::Retries = {});

  Result<std::vector<FailedPart>> list(std::string_view prefix,
                                       const std::function<void(const Object&)>& take,
                                       std::stop_token stop = {}) override;
  void expect(std::vector<std::string> keys) override;
  Requests requests() const override { return bucket_.requests(); }
  Result<std::optional<Facts>> look(std::string_view key, std::stop_token stop = {}) override;
  /// The object must stay as it is while it is read.
  Result<std::unique_ptr<ObjectReader>> open(std::string_view key,
                                             std::stop_token stop = {}) override;

 private:
  Result<std::optional<HttpAnswer>> head(const std::string& name, const std::stop_token&);

  S3Bucket bucket_;
  const std::string prefix_;
  std::mutex mutex_;
  std::vector<std::string> hints_;  ///< whole names
};

}  // namespace upkeep
