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
#include "core/event.h"
#include "model/config.h"

namespace upkeep::sim {

class Evidence {
 public:
  explicit Evidence(const Config& config) : config_(config) {}

  void asked(const ListStore& wish, Time now) { listings_[wish.request] = now; }
  void asked(const LookAt& wish, Time now) { looks_.emplace(wish.request, Question{wish, now}); }
  void told(const StoreListed&, Time now);
  void told(const PartitionsSeen&, Time now);

  /// Was the last listing of the collection whole, and in time to be believed?
  bool is_known(CollectionId) const;
  /// Does the newest word say that nothing is wrong with the partition?
  bool is_good(CollectionId, const std::string& key) const;
  /// Might the engine believe so, because of an answer that came so late that it may count?
  bool could_be_good(CollectionId, const std::string& key) const;
  /// The same, for a look asked for at or after this time.
  bool is_proved(CollectionId, const std::string& key, Time since) const;
  /// Forgets questions that nobody can expect to be answered any more. Were there any?
  bool gives_up(Time now);
  /// Is this the first answer to its question, early enough that nobody has given up on it?
  bool is_timely(const StoreListed&, Time now) const;

 private:
  struct Question {
    LookAt wish;
    Time at;
  };
  struct Listing {
    Time taken_at;
    bool failed = false;
    bool timely = false;  ///< else the engine may believe it or not
    SpacePtr space;
    Coverage coverage;
  };
  struct Look {
    Time at;
    bool good = false;
  };

  const Config& config_;
  std::map<RequestId, Time> listings_;
  std::map<RequestId, Question> looks_;
  std::map<CollectionId, Listing> listed_;
  std::map<std::pair<CollectionId, std::string>, Look> seen_;
};

}  // namespace upkeep::sim
