#include "io/s3_listing.h"

#include <fmt/format.h>

#include "base/assert.h"

namespace upkeep {
namespace {

Time now_by_clock() {
  return std::chrono::floor<Duration>(
      Time::clock::time_point(std::chrono::system_clock::now().time_since_epoch()));
}

}  // namespace

S3Listing::S3Listing(S3Bucket& bucket, std::string prefix, std::vector<std::string> hints,
                     std::stop_token stop)
    : bucket_(bucket),
      prefix_(std::move(prefix)),
      stop_(std::move(stop)),
      ranges_(prefix_, std::move(hints)),
      pace_(static_cast<std::size_t>(bucket.facts().requests)) {}

Result<void> S3Listing::run(const std::function<void(const s3::ListedObject&)>& take) {
  const auto stopped = [this] {
    return fail(fmt::format("the listing of {} was stopped", bucket_.name_of(prefix_)));
  };
  while (!ranges_.is_complete()) {
    if (stop_.stop_requested()) return stopped();
    UPKEEP_CHECK(send_what_may_be_sent());
    for (Arrival& arrival : wait()) {
      UPKEEP_CHECK(handle(arrival, take));
      if (stop_.stop_requested()) return stopped();
    }
  }
  return {};
}

S3Ask S3Listing::ask_for(const Page& page) const {
  S3Ask ask;
  ask.query = {{"list-type", "2"}, {"encoding-type", "url"}};
  if (!prefix_.empty()) ask.query.emplace_back("prefix", prefix_);
  if (!page.ask.token.empty()) {
    ask.query.emplace_back("continuation-token", page.ask.token);
  } else if (!page.ask.after.empty()) {
    ask.query.emplace_back("start-after", page.ask.after);
  }
  return ask;
}

/// First what is to be sent again and is due.
Result<void> S3Listing::send_what_may_be_sent() {
  while (under_way_ < pace_.at_once()) {
    if (!waiting_.empty() && waiting_.begin()->first <= Clock::now()) {
      Page page = std::move(waiting_.begin()->second);
      waiting_.erase(waiting_.begin());
      UPKEEP_CHECK(send(std::move(page)));
      continue;
    }
    auto next = ranges_.next();
    if (!next) break;
    UPKEEP_CHECK(send({*std::move(next), {}, {}}));
  }
  return {};
}

Result<void> S3Listing::send(Page page) {
  UPKEEP_TRY(HttpRequest request, bucket_.request(ask_for(page)));
  page.sent = now_by_clock();
  ++under_way_;
  bucket_.client().start(std::move(request),
                         [inbox = inbox_, page = std::move(page)](HttpResult result) mutable {
                           const std::lock_guard lock(inbox->mutex);
                           inbox->arrivals.push_back({std::move(page), std::move(result)});
                           inbox->arrived.notify_one();
                         });
  return {};
}

/// Until something has come, is due or is to stop.
std::deque<S3Listing::Arrival> S3Listing::wait() {
  UPKEEP_ASSERT(under_way_ > 0 || !waiting_.empty());
  std::unique_lock lock(inbox_->mutex);
  const auto has_come = [this] { return !inbox_->arrivals.empty(); };
  if (waiting_.empty()) {
    inbox_->arrived.wait(lock, stop_, has_come);
  } else if (under_way_ < pace_.at_once()) {
    inbox_->arrived.wait_until(lock, stop_, waiting_.begin()->first, has_come);
  } else {
    inbox_->arrived.wait(lock, stop_, has_come);
  }
  under_way_ -= inbox_->arrivals.size();
  return std::exchange(inbox_->arrivals, {});
}

Result<void> S3Listing::handle(Arrival& arrival,
                               const std::function<void(const s3::ListedObject&)>& take) {
  Page& page = arrival.page;
  if (!arrival.result || arrival.result->status != 200) {
    const S3Judgement judgement = bucket_.judge(ask_for(page), arrival.result, page.attempts);
    return send_later(std::move(page), judgement);
  }
  auto read = s3::read_list_page(arrival.result->body);
  const auto count = read ? ranges_.take(page.ask.range, *read)
                          : Result<std::size_t>(std::unexpected(read.error()));
  if (!count) {
    const S3Judgement judgement =
        bucket_.judge_malformed(ask_for(page), *arrival.result, count.error(), page.attempts);
    return send_later(std::move(page), judgement);
  }
  pace_.answered(page.sent, now_by_clock());
  bucket_.note_page(*count, pace_.at_once());
  for (std::size_t i = 0; i < *count && !stop_.stop_requested(); ++i) take(read->objects[i]);
  return {};
}

Result<void> S3Listing::send_later(Page page, const S3Judgement& judgement) {
  if (!judgement.wait) return std::unexpected(judgement.error);
  if (judgement.remedy == s3::Remedy::slower) pace_.refused(page.sent, now_by_clock());
  waiting_.emplace(Clock::now() + *judgement.wait, std::move(page));
  return {};
}

}  // namespace upkeep
