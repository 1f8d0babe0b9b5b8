// One listing of a bucket: many pages under way at once, handed on as they come.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "io/s3_bucket.h"
#include "s3/key_ranges.h"
#include "s3/pace.h"

namespace upkeep {

class S3Listing {
 public:
  /// `prefix` and `hints` are whole names. References must hold while the listing lives.
  S3Listing(S3Bucket&, std::string prefix, std::vector<std::string> hints, std::stop_token);

  /// Calls `take` once for each object, in this thread. A page that cannot be had, after all
  /// attempts, is an error: then nothing may be concluded from what was taken.
  Result<void> run(const std::function<void(const s3::ListedObject&)>& take);

 private:
  using Clock = std::chrono::steady_clock;

  /// A page that was asked for.
  struct Page {
    s3::PageAsk ask;
    S3Attempts attempts;
    Time sent;
  };
  struct Arrival {
    Page page;
    HttpResult result;
  };
  /// Where the client's thread leaves answers; outlives a listing that was given up.
  struct Inbox {
    std::mutex mutex;
    std::condition_variable_any arrived;
    std::deque<Arrival> arrivals;
  };

  Result<void> send_what_may_be_sent();
  Result<void> send(Page);
  std::deque<Arrival> wait();
  Result<void> handle(Arrival&, const std::function<void(const s3::ListedObject&)>& take);
  Result<void> send_later(Page, const S3Judgement&);
  S3Ask ask_for(const Page&) const;

  S3Bucket& bucket_;
  const std::string prefix_;
  const std::stop_token stop_;
  s3::KeyRanges ranges_;
  s3::Pace pace_;
  std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>();
  std::size_t under_way_ = 0;
  std::multimap<Clock::time_point, Page> waiting_;  ///< to be sent again, by when
};

}  // namespace upkeep
