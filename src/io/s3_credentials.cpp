#include "io/s3_credentials.h"

#include <algorithm>
#include <utility>

namespace upkeep {
namespace {

constexpr Duration renewed_before = std::chrono::minutes{10};
constexpr Duration tried_again_after = std::chrono::minutes{1};
constexpr Duration believed_for = std::chrono::seconds{2};

bool has_expired(const s3::Credentials& credentials, Time now) {
  return credentials.expires && *credentials.expires <= now;
}

}  // namespace

S3Credentials::S3Credentials(S3CredentialSources sources)
    : sources_(std::move(sources)), chain_(sources_) {}

Result<s3::Credentials> S3Credentials::get() {
  if (sources_.anonymous) return s3::Credentials{};
  std::unique_lock lock(mutex_);
  Time now = sources_.now();
  if (current_ && (!renew_at_ || now < *renew_at_)) return *current_;
  if (busy_) {
    if (current_ && !has_expired(*current_, now)) return *current_;
    const std::uint64_t before = lookups_;
    done_.wait(lock, [&] { return lookups_ != before; });
    if (!current_) return std::unexpected(last_error_);
    return *current_;
  }

  busy_ = true;
  lock.unlock();
  const auto made = chain_.obtain();
  lock.lock();
  keep(made, sources_.now());
  busy_ = false;
  ++lookups_;
  done_.notify_all();
  if (!current_) return std::unexpected(last_error_);
  return *current_;
}

void S3Credentials::keep(const Result<s3::Credentials>& made, Time now) {
  if (made && !has_expired(*made, now)) {
    current_ = *made;
    obtained_ = now;
    renew_at_.reset();
    if (made->expires) {
      renew_at_ = *made->expires - std::min(renewed_before, (*made->expires - now) / 2);
    }
    return;
  }
  last_error_ = made ? Error{"the credentials that were found expired at " +
                             to_text(*made->expires) + ", if the clock of this machine is right"}
                     : made.error();
  if (current_ && !has_expired(*current_, now) && current_->expires) {
    renew_at_ = now + std::min(tried_again_after, (*current_->expires - now) / 2);
  } else {
    current_.reset();
  }
}

void S3Credentials::refused() {
  const std::lock_guard lock(mutex_);
  if (current_ && sources_.now() - obtained_ >= believed_for) current_.reset();
}

std::optional<std::string> S3Credentials::region() const {
  if (sources_.anonymous) return {};
  return S3CredentialChain(sources_).region();
}

}  // namespace upkeep
