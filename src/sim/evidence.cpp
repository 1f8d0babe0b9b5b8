#include "sim/evidence.h"

namespace upkeep::sim {

namespace {

// As long as the engine waits; design.md leaves it open, so it stands here a second time.
constexpr Duration listing_patience = std::chrono::hours{6};
constexpr Duration look_patience = std::chrono::minutes{5};

}  // namespace

Evidence::Evidence(const Config& config, const std::map<std::string, Baseline>& kept)
    : config_(config) {
  for (std::uint64_t i = 0; i < config_.collections.size(); ++i) {
    const auto known = kept.find(config_.collections[i].name);
    if (known == kept.end()) continue;
    const Baseline& baseline = known->second;
    listed_[CollectionId{i}] = {baseline.coverage.taken_at, true, baseline.space,
                                baseline.coverage};
  }
}

bool Evidence::told(const StoreListed& event) {
  if (listings_.erase(event.request) == 0) return false;
  for (std::uint64_t i = 0; i < config_.collections.size(); ++i) {
    if (config_.collections[i].store == event.store && event.error) {
      listed_[CollectionId{i}].failed = true;
    }
  }
  for (const CollectionFinding& finding : event.findings) {
    Listing& listing = listed_[finding.collection];
    listing.failed = finding.error.has_value();
    if (listing.failed || event.taken_at < listing.taken_at) continue;  // an old one is no news
    listing.taken_at = event.taken_at;
    listing.space = finding.space;
    listing.coverage = finding.coverage;
  }
  return true;
}

void Evidence::told(const PartitionsSeen& event, Time now) {
  const auto question = looks_.find(event.request);
  if (question == looks_.end()) return;
  const LookAt& wish = question->second.wish;
  const std::string& name = wish.space->collection().name;
  for (std::uint64_t i = 0; i < config_.collections.size() && !event.error; ++i) {
    if (config_.collections[i].name != name) continue;
    for (std::size_t p = 0; p < wish.partitions.size(); ++p) {
      const bool good = !judge(*wish.space, wish.partitions[p], event.sights[p], now);
      seen_[{CollectionId{i}, wish.space->key(wish.partitions[p])}] = {question->second.at, now,
                                                                       good};
    }
  }
  looks_.erase(question);
}

bool Evidence::gives_up(Time now) {
  const auto looks = std::erase_if(
      looks_, [&](const auto& look) { return look.second.at + look_patience <= now; });
  const auto listings = std::erase_if(
      listings_, [&](const auto& listing) { return listing.second + listing_patience <= now; });
  return looks + listings > 0;
}

bool Evidence::is_known(CollectionId collection) const {
  const auto listed = listed_.find(collection);
  return listed != listed_.end() && !listed->second.failed && listed->second.space;
}

bool Evidence::is_good(CollectionId collection, const std::string& key) const {
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

bool Evidence::is_proved(CollectionId collection, const std::string& key, Time since) const {
  const auto seen = seen_.find({collection, key});
  return seen != seen_.end() && seen->second.good && seen->second.at >= since;
}

bool Evidence::is_fresh(CollectionId collection, const std::string& key, Time told,
                        Time since) const {
  const auto listed = listed_.find(collection);
  const auto seen = seen_.find({collection, key});
  return (listed != listed_.end() && listed->second.taken_at >= since) ||
         (seen != seen_.end() && (seen->second.told == told || seen->second.at >= since));
}

}  // namespace upkeep::sim
