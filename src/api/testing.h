// For tests: a small configuration with coverage, and the snapshot of it.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "api/snapshot.h"
#include "coverage/testing.h"

namespace upkeep::testing {

/// Collections that are complete until a test takes something away.
class World {
 public:
  explicit World(std::string_view now) : now_(at(now)) {
    config_.stores.emplace_back().name = "lake";
    config_.collectors.emplace_back().name = "fetch";
    config_.collectors[0].command = {"fetch"};
    config_.collectors[0].estimate = std::chrono::minutes{2};
  }

  Coverage& add(const std::string& name, const std::string& key,
                std::vector<Dimension> dimensions) {
    Collection made = collection(key, std::move(dimensions));
    made.name = name;
    made.collector = CollectorId{0};
    config_.collections.push_back(made);
    Surroundings around;
    around.now = now_;
    spaces_.push_back(make_space(made, around));
    auto coverage = std::make_unique<Coverage>();
    const std::uint64_t size = spaces_.back()->size();
    coverage->taken_at = now_;
    coverage->present = Bits(size);
    for (std::uint64_t i = 0; i < size; ++i) coverage->present.set(i);
    coverage->objects = size;
    coverage->bytes = size * 1000;
    coverages_.push_back(std::move(coverage));
    return *coverages_.back();
  }

  Config& config() { return config_; }
  Queue& queue() { return queue_; }
  std::map<IncidentId, IncidentRow>& incidents() { return incidents_; }
  const SpacePtr& space(std::size_t collection) const { return spaces_[collection]; }
  Time now() const { return now_; }

  Snapshot snapshot() const {
    Snapshot snapshot{config_, now_, {}, queue_, incidents_};
    for (std::size_t i = 0; i < spaces_.size(); ++i) {
      CollectionStanding standing;
      standing.id = CollectionId{i};
      standing.view.standing = CollectionView::Standing::known;
      standing.view.space = spaces_[i];
      standing.view.coverage = coverages_[i].get();
      standing.listing = std::chrono::milliseconds{250};
      standing.first_seen = now_;
      snapshot.collections.push_back(std::move(standing));
    }
    return snapshot;
  }

 private:
  Time now_;
  Config config_;
  std::vector<SpacePtr> spaces_;
  std::vector<std::unique_ptr<Coverage>> coverages_;
  Queue queue_;
  std::map<IncidentId, IncidentRow> incidents_;
};

}  // namespace upkeep::testing
