// The pretend world around one daemon: time, stores, tables, a disk, and what is durable.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "coverage/coverage.h"
#include "coverage/space.h"
#include "model/config.h"
#include "model/state.h"
#include "sim/agenda.h"
#include "sim/fault.h"
#include "sim/installation.h"
#include "sim/store.h"
#include "sim/swarm.h"
#include "sim/transcript.h"

namespace upkeep::sim {

/// What survives the daemon.
struct Durable {
  State state;
  std::vector<JournalRow> journal;
  /// Files of accepted coverage, by collection.
  std::map<std::string, std::string> coverages;
};

/// Free space where state lives.
struct Disk {
  std::uint64_t free = 500'000'000'000;  ///< bytes
  bool full = false;                     ///< commits fail
};

/// What is true upstream, whoever asks.
struct Truth {
  std::uint64_t seed = 0, gone = 0, poisoned = 0;  ///< the latter in 1,000 partitions

  bool is_gone(std::string_view key) const;
  bool is_poisoned(std::string_view key) const;
};

struct World {
  World(Swarm, std::uint64_t seed, Fate&, Transcript&);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  template <class... Arguments>
  void say(std::string_view actor, fmt::format_string<Arguments...> format,
           Arguments&&... arguments) {
    transcript.line(now, actor, format, std::forward<Arguments>(arguments)...);
  }
  void after(Duration wait, Agenda::Happening happening) {
    agenda.at(now + wait, std::move(happening));
  }
  /// A whole number of seconds, both ends included.
  Duration between(Duration low, Duration high);

  /// Reads upkeep.yaml anew. What was made from the text before stays valid.
  const Config& read_config();
  /// All partitions of a collection as they are now.
  Result<SpacePtr> space_of(const Config&, const Collection&) const;
  Result<std::shared_ptr<const Rows>> rows_from(const Config&, const Collection&) const;
  /// Writes the objects of some due partitions, as if upkeep had been here before.
  void fill(std::uint64_t percent);
  /// Everything that one partition needs, of a size that satisfies.
  void write_partition(PretendStore&, const Space&, std::uint64_t index, bool valid = true);

  Fate& fate;
  Transcript& transcript;
  Random dice;
  Time now;
  Agenda agenda;
  Installation installation;
  std::map<std::string, PretendStore> stores;  ///< by name
  /// The newest of each store, by its name.
  std::map<std::string, std::shared_ptr<const PretendReport>> reports;
  Truth upstream;
  Disk disk;
  std::set<std::string, std::less<>> locked_out;  ///< collectors that nobody lets in
  std::set<std::string, std::less<>> down;        ///< upstreams that answer nobody
  Durable durable;
  bool storm = true;  ///< false once everything outside is well

 private:
  std::vector<std::unique_ptr<Config>> configs_;
};

/// A size that satisfies the collection.
std::uint64_t good_size(const Collection&, Random&);

}  // namespace upkeep::sim
