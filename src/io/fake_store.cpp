// A store in memory that fails on command.
#include "io/fake_store.h"

#include <algorithm>

namespace upkeep {
namespace {

class FakeReader final : public ObjectReader {
 public:
  explicit FakeReader(std::string bytes) : bytes_(std::move(bytes)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  Result<void> read(std::uint64_t offset, std::span<char> into) override {
    if (offset > bytes_.size() || bytes_.size() - offset < into.size()) {
      return fail("the object ends before");
    }
    std::copy_n(bytes_.data() + offset, into.size(), into.begin());
    return {};
  }

 private:
  std::string bytes_;
};

}  // namespace

void FakeStore::put(std::string key, Facts facts) {
  const std::lock_guard lock(mutex_);
  objects_.insert_or_assign(std::move(key), facts);
}

void FakeStore::put_bytes(std::string key, std::string bytes) {
  put(key, Facts{bytes.size(), Time{}});
  const std::lock_guard lock(mutex_);
  bytes_.insert_or_assign(std::move(key), std::move(bytes));
}

void FakeStore::remove(const std::string& key) {
  const std::lock_guard lock(mutex_);
  objects_.erase(key);
}

void FakeStore::refuse(Error error) {
  const std::lock_guard lock(mutex_);
  refusal_ = std::move(error);
}

void FakeStore::break_part(std::string prefix, Error error) {
  const std::lock_guard lock(mutex_);
  broken_.push_back({std::move(prefix), std::move(error)});
}

void FakeStore::vanish_after(std::size_t objects) {
  const std::lock_guard lock(mutex_);
  vanishes_after_ = objects;
}

void FakeStore::mend() {
  const std::lock_guard lock(mutex_);
  refusal_.reset();
  broken_.clear();
  vanishes_after_.reset();
}

const FailedPart* FakeStore::broken(std::string_view key) const {
  const auto found = std::ranges::find_if(
      broken_, [&](const FailedPart& part) { return key.starts_with(part.prefix); });
  return found == broken_.end() ? nullptr : &*found;
}

Result<std::vector<FailedPart>> FakeStore::list(std::string_view prefix,
                                                const std::function<void(const Object&)>& take,
                                                std::stop_token stop) {
  std::unique_lock lock(mutex_);
  if (refusal_) return std::unexpected(*refusal_);
  const auto vanishes_after = vanishes_after_;
  std::vector<FailedPart> failed;
  std::ranges::copy_if(broken_, std::back_inserter(failed), [&](const FailedPart& part) {
    return part.prefix.starts_with(prefix) || prefix.starts_with(part.prefix);
  });
  std::vector<std::pair<std::string, Facts>> seen;
  for (const auto& [key, facts] : objects_) {
    if (key.starts_with(prefix) && broken(key) == nullptr) seen.emplace_back(key, facts);
  }
  lock.unlock();  // `take` may change the store
  std::size_t given = 0;
  for (const auto& [key, facts] : seen) {
    if (stop.stop_requested()) break;
    if (vanishes_after == given++) break;
    take({.key = key, .size = facts.size, .modified = facts.modified});
  }
  if (stop.stop_requested()) return fail("the listing was stopped");
  if (vanishes_after) return fail("the store vanished while it was listed");
  return failed;
}

Result<std::optional<ObjectStore::Facts>> FakeStore::look(std::string_view key, std::stop_token) {
  const std::lock_guard lock(mutex_);
  if (refusal_) return std::unexpected(*refusal_);
  if (const FailedPart* part = broken(key)) return std::unexpected(part->error);
  const auto found = objects_.find(std::string(key));
  if (found == objects_.end()) return std::nullopt;
  return found->second;
}

Result<std::unique_ptr<ObjectReader>> FakeStore::open(std::string_view key, std::stop_token) {
  UPKEEP_TRY(const auto facts, look(key));
  if (!facts) return fail("there is no object `" + std::string(key) + "`");
  const std::lock_guard lock(mutex_);
  const auto found = bytes_.find(std::string(key));
  return std::make_unique<FakeReader>(found == bytes_.end() ? std::string(facts->size, 'x')
                                                            : found->second);
}

}  // namespace upkeep
