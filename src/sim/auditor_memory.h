// What the auditor has seen: of this life of the daemon, and of all of them.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/engine.h"
#include "sim/crew.h"
#include "sim/evidence.h"
#include "sim/world.h"

namespace upkeep::sim {

struct AuditorMemory {
  explicit AuditorMemory(World& world) : world_(world) {}

  using Key = std::pair<std::string, std::string>;  ///< collection, object key

  struct Tried {
    std::string collection;
    std::vector<std::string> keys;
    Time started;
    std::optional<Ending> ending;  ///< as the engine was told; nothing when it was not
    std::set<std::string> gone;    ///< keys that it was told are gone
    bool rested = false;           ///< for what had failed after its last retry
    bool orphan = false;           ///< of an earlier life
    bool over = false;             ///< the engine was told of an end of some kind
    Time ended;                    ///< when it was told so
    int hours_overdue = 0;
    bool throttled = false;  ///< it told of too many requests, or of a pause
  };

  /// Somebody waits for requests.
  struct Asked {
    std::string upstream, who;
    std::uint64_t count = 1;
    Time at;
    std::map<std::string, int> passed_by;  ///< how often others were served meanwhile
  };
  /// Attempts at an upstream that failed.
  struct Failures {
    int in_a_row = 0;
    Time last;
  };

  /// What was seen of a collector that says that it lacks a permission.
  struct Refusals {
    int in_a_row = 0;
    Time last;  ///< when the last one ended; the engine decides a little later
    Time settled;
    Time acked;  ///< when people last acknowledged it
  };

  World& world_;
  // Of this life.
  const Config* config_ = nullptr;
  const Engine* engine_ = nullptr;
  const Crew* crew_ = nullptr;
  Assignment assignment_;
  std::optional<Evidence> evidence_;
  std::map<std::string, Baseline> baselines_;  ///< of collections not accepted in this life yet
  std::set<CollectionId> must_be_held_;        ///< after the step that is being made
  std::map<CollectionId, Time> known_at_;      ///< inventories before the listing just told
  std::map<StoreId, Time> listed_at_;          ///< the last success
  std::map<StoreId, int> reasons_;             ///< to list a store before its time
  std::map<StoreId, int> hours_unlisted_;      ///< since its last listing began or ended
  std::set<StoreId> being_listed_;             ///< asked for, and not answered yet
  std::map<StoreId, int> hours_without_rows_;  ///< since something was filled that gives it some
  bool stop_told_ = false, disk_low_ = false, completed_ = false;
  bool fill_told_ = false;             ///< by the event of the step that is being made
  std::vector<PartitionRow> hurried_;  ///< by people, not durable yet
  std::optional<Time> busy_since_;     ///< with attempts, or since the last listing
  bool may_begin_anew_ = false;        ///< a store was listed, and no round has begun since
  std::map<std::string, ScheduleRow> taken_up_;  ///< as decided, by collector
  std::map<std::string, Time> taken_at_;         ///< when that was, or this life began
  std::map<std::string, std::pair<Time, Time>>
      last_due_;  ///< by collector: the minute, and what was due then
  std::map<std::string, int> hours_filling_;
  int steps_at_once_ = 0, retries_at_once_ = 0, hours_after_the_end_ = 0;
  std::map<std::string, int> hours_untold_;  ///< by collection, of late gaps
  int hours_in_vain_ = 0;                    ///< with tasks that could start, and none that did
  std::size_t starts_before_ = 0;            ///< of attempts, up to an hour ago
  std::uint64_t rests_ = 0;
  Time last_step_, life_began_;
  // Of all lives.
  std::map<AttemptId, Tried> tried_;          ///< started, not settled
  std::set<AttemptId> ids_;                   ///< ever started
  std::vector<AttemptId> settled_;            ///< in the commit that is being made
  std::vector<std::string> let_in_again_;     ///< collectors, likewise
  std::set<Key> forgiven_;                    ///< by people, before the failure was durable
  std::map<Key, std::vector<Time>> charged_;  ///< starts of attempts that failed, since it was good
  std::map<std::string, Refusals> refusals_;  ///< by collector
  std::map<std::pair<std::string, Duration>, std::deque<std::pair<Time, std::uint64_t>>>
      requests_;                              ///< by upstream and stretch
  std::map<AskId, Asked> asks_;               ///< of this life
  std::map<std::string, Time> pauses_;        ///< that collectors were asked for, by upstream
  std::map<std::string, Failures> failures_;  ///< by upstream
};

}  // namespace upkeep::sim
