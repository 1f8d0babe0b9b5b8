// What the engine has been shown in this life, kept apart from the engine: the newest word on
// each collection and partition, by when it was asked for, not by when it came.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/command.h"
#include "core/engine.h"
#include "core/event.h"
#include "model/config.h"

namespace upkeep::sim {

/// What is there but stale, say, is a gap, and yet not lost.
inline bool is_no_loss(std::optional<GapKind> gap) {
  return gap != GapKind::missing && gap != GapKind::invalid;
}

class Evidence {
 public:
  /// `kept`: what earlier lives knew.
  Evidence(const Config&, const std::map<std::string, Baseline>& kept);

  // What the engine asked for, and when it decided to.
  void asked(const ListStore& wish, Time now) { listings_[wish.request] = now; }
  void asked(const LookAt& wish, Time now) { looks_.emplace(wish.request, Question{wish, now}); }
  /// False when nobody waits for it: a second answer, or one that came too late.
  bool told(const StoreListed&);
  /// The collection of which something was seen to be good; empty when nothing was.
  std::string told(const PartitionsSeen&, Time now);
  /// Forgets questions that have waited too long for an answer, after what came in this step
  /// was taken in. Were there any?
  bool gives_up(Time now);

  /// Was the last listing of the collection whole?
  bool is_known(CollectionId) const;
  /// Does the newest word say that nothing is wrong with the partition?
  bool is_good(CollectionId, const std::string& key) const;
  /// Does it say that an object is not valid?
  bool is_invalid(CollectionId, const std::string& key) const;
  /// Was it seen good by a look asked for at or after this time.
  bool is_proved(CollectionId, const std::string& key, Time since) const;
  /// Did a look asked for at or after this time show an object, and none that is not valid?
  bool is_there(CollectionId, const std::string& key, Time since) const;
  /// Did a look asked for at or after this time show one that is not valid?
  bool is_broken(CollectionId, const std::string& key, Time since) const;
  /// Was the last word on it told at this moment, or listed since that one?
  bool is_fresh(CollectionId, const std::string& key, Time told, Time since) const;

 private:
  struct Question {
    LookAt wish;
    Time at;
  };
  struct Listing {
    Time taken_at;
    bool failed = false;
    SpacePtr space;
    Coverage coverage;
    // Objects are read when a listing is made, however old the report was.
    SpacePtr read_in = nullptr;
    Bits invalid = {};
    Time asked = {};

    /// Did the last listing say that an object is not valid, and nobody has looked since?
    bool shows_invalid(const std::string& key, Time last_look) const;
  };
  struct Look {
    Time at;
    Time told;
    bool good = false;
    bool invalid = false;
    bool there = false;
  };

  const Config& config_;
  std::map<RequestId, Time> listings_;
  std::map<RequestId, Question> looks_;
  std::map<CollectionId, Listing> listed_;
  std::map<std::pair<CollectionId, std::string>, Look> seen_;
};

}  // namespace upkeep::sim
