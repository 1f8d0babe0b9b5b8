#include "sim/evidence.h"

namespace upkeep::sim {

bool Evidence::is_timely(const StoreListed& event, Time now) const {
  const auto asked = listings_.find(event.request);
  return asked != listings_.end() && now < asked->second + std::chrono::hours{5};
}

void Evidence::told(const StoreListed& event, Time now) {
  if (!listings_.contains(event.request)) return;  // the second answer
  const bool timely = is_timely(event, now);
  listings_.erase(event.request);
  for (std::uint64_t i = 0; i < config_.collections.size(); ++i) {
    if (config_.collections[i].store != event.store) continue;
    Listing& listing = listed_[CollectionId{i}];
    listing.timely = timely;
    if (event.error) listing.failed = true;
  }
  for (const CollectionFinding& finding : event.findings) {
    Listing& listing = listed_[finding.collection];
    listing.failed = finding.error.has_value();
    if (listing.failed) continue;
    listing.taken_at = event.taken_at;
    listing.space = finding.space;
    listing.coverage = finding.coverage;
  }
}

void Evidence::told(const PartitionsSeen& event, Time now) {
  const auto question = looks_.find(event.request);
  if (question == looks_.end()) return;
  if (now > question->second.at + std::chrono::minutes{4}) return;  // nobody waits any more
  const LookAt& wish = question->second.wish;
  const std::string& name = wish.space->collection().name;
  for (std::uint64_t i = 0; i < config_.collections.size() && !event.error; ++i) {
    if (config_.collections[i].name != name) continue;
    for (std::size_t p = 0; p < wish.partitions.size(); ++p) {
      const bool good = !judge(*wish.space, wish.partitions[p], event.sights[p], now);
      seen_[{CollectionId{i}, wish.space->key(wish.partitions[p])}] = {question->second.at, good};
    }
  }
  looks_.erase(question);
}

bool Evidence::gives_up(Time now) {
  const auto looks = std::erase_if(
      looks_, [&](const auto& look) { return look.second.at + std::chrono::minutes{5} <= now; });
  const auto listings = std::erase_if(listings_, [&](const auto& listing) {
    return listing.second + std::chrono::hours{6} <= now;
  });
  return looks + listings > 0;
}

bool Evidence::is_known(CollectionId collection) const {
  const auto listed = listed_.find(collection);
  return listed != listed_.end() && !listed->second.failed && listed->second.space;
}

bool Evidence::could_be_good(CollectionId collection, const std::string& key) const {
  const auto listed = listed_.find(collection);
  const auto seen = seen_.find({collection, key});
  if (listed == listed_.end() || !listed->second.space) {
    return seen != seen_.end() && seen->second.good;
  }
  const Listing& listing = listed->second;
  if (seen != seen_.end() && seen->second.at >= listing.taken_at) return seen->second.good;
  const auto index = listing.space->find_written(key);
  return index && !listing.coverage.gap(*index);
}

bool Evidence::is_good(CollectionId collection, const std::string& key) const {
  const auto listed = listed_.find(collection);
  const bool sure = listed == listed_.end() || listed->second.timely;
  return sure && could_be_good(collection, key);
}

bool Evidence::is_proved(CollectionId collection, const std::string& key, Time since) const {
  const auto seen = seen_.find({collection, key});
  return seen != seen_.end() && seen->second.good && seen->second.at >= since;
}

}  // namespace upkeep::sim
