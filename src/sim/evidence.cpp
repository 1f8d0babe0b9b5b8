#include "sim/evidence.h"

#include "coverage/carry_over.h"

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
  const auto asked = listings_.find(event.request);
  if (asked == listings_.end()) return false;
  const Time asked_at = asked->second;
  listings_.erase(asked);
  for (std::uint64_t i = 0; i < config_.collections.size(); ++i) {
    if (config_.collections[i].store == event.store && event.error) {
      listed_[CollectionId{i}].failed = true;
    }
  }
  for (const CollectionFinding& finding : event.findings) {
    Listing& listing = listed_[finding.collection];
    listing.failed = finding.error.has_value();
    if (listing.failed) continue;
    listing.asked = asked_at;
    listing.read_in = finding.space;
    listing.invalid = finding.coverage.invalid;
    if (event.taken_at < listing.taken_at) {  // an old one is no news, but what was read for it is
      listing.coverage = carry_over(*listing.space, listing.coverage, *finding.space);
      listing.space = finding.space;
      take_contents(listing.coverage, finding.coverage);
      // Where something newer was known, nobody can tell whether it was read now or long ago.
      for (std::uint64_t i = 0; i < listing.invalid.size(); ++i) {
        if (!listing.invalid.test(i)) continue;
        const auto seen = seen_.find({finding.collection, finding.space->key(i)});
        const bool is_mended =
            seen != seen_.end() && seen->second.at >= listing.taken_at && !seen->second.invalid;
        if (is_mended || !listing.coverage.invalid.test(i)) listing.invalid.reset(i);
      }
      continue;
    }
    listing.taken_at = event.taken_at;
    listing.space = finding.space;
    listing.coverage = finding.coverage;
  }
  return true;
}

std::string Evidence::told(const PartitionsSeen& event, Time now) {
  const auto question = looks_.find(event.request);
  if (question == looks_.end()) return {};
  const LookAt& wish = question->second.wish;
  const std::string name = wish.space->collection().name;
  bool is_any_good = false;
  for (std::uint64_t i = 0; i < config_.collections.size() && !event.error; ++i) {
    if (config_.collections[i].name != name) continue;
    for (std::size_t p = 0; p < wish.partitions.size(); ++p) {
      const auto gap = judge(*wish.space, wish.partitions[p], event.sights[p], now);
      is_any_good |= !gap;
      seen_[{CollectionId{i}, wish.space->key(wish.partitions[p])}] = {
          question->second.at, now, !gap, gap == GapKind::invalid, is_no_loss(gap)};
    }
  }
  looks_.erase(question);
  return is_any_good ? name : "";
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

bool Evidence::Listing::shows_invalid(const std::string& key, Time last_look) const {
  if (!read_in || last_look >= asked) return false;
  const auto index = read_in->find_written(key);
  return index && invalid.test(*index);
}

bool Evidence::is_good(CollectionId collection, const std::string& key) const {
  const auto listed = listed_.find(collection);
  const auto seen = seen_.find({collection, key});
  if (listed == listed_.end() || !listed->second.space) {
    return seen != seen_.end() && seen->second.good;
  }
  const Listing& listing = listed->second;
  const Time last_look = seen == seen_.end() ? Time{} : seen->second.at;
  if (listing.shows_invalid(key, last_look)) return false;
  if (seen != seen_.end() && last_look >= listing.taken_at) return seen->second.good;
  const auto index = listing.space->find_written(key);
  return index && !listing.coverage.gap(*index);
}

bool Evidence::is_invalid(CollectionId collection, const std::string& key) const {
  const auto listed = listed_.find(collection);
  if (listed == listed_.end() || !listed->second.space) return false;
  const Listing& listing = listed->second;
  const auto seen = seen_.find({collection, key});
  const Time last_look = seen == seen_.end() ? Time{} : seen->second.at;
  if (listing.shows_invalid(key, last_look)) return true;
  if (seen != seen_.end() && last_look >= listing.taken_at) return seen->second.invalid;
  const auto index = listing.space->find_written(key);
  return index && listing.coverage.gap(*index) == GapKind::invalid;
}

bool Evidence::is_proved(CollectionId collection, const std::string& key, Time since) const {
  const auto seen = seen_.find({collection, key});
  return seen != seen_.end() && seen->second.good && seen->second.at >= since;
}

bool Evidence::is_there(CollectionId collection, const std::string& key, Time since) const {
  const auto seen = seen_.find({collection, key});
  return seen != seen_.end() && seen->second.there && seen->second.at >= since;
}

bool Evidence::is_broken(CollectionId collection, const std::string& key, Time since) const {
  const auto seen = seen_.find({collection, key});
  return seen != seen_.end() && seen->second.invalid && seen->second.at >= since;
}

bool Evidence::is_fresh(CollectionId collection, const std::string& key, Time told,
                        Time since) const {
  const auto listed = listed_.find(collection);
  const auto seen = seen_.find({collection, key});
  return (listed != listed_.end() && listed->second.taken_at >= since) ||
         (seen != seen_.end() && (seen->second.told == told || seen->second.at >= since));
}

}  // namespace upkeep::sim
