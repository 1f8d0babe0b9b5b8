// Gathers the coverage of one collection, object by object.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "coverage/coverage.h"
#include "coverage/matcher.h"
#include "coverage/object_rules.h"

namespace upkeep {

/// A few bits for each partition; beside them 8 bytes for {_} with a `min_size`, and 4 bytes
/// with free fields. The order of the objects makes no difference.
class Tracker {
 public:
  Tracker(SpacePtr, Time now);

  /// Counts the object for its partition, if it has one here. Its key must begin with the
  /// prefix of the collection's keys.
  bool add(const Object& object) {
    Matcher::Hit hit;
    if (!matcher_->find_behind_prefix(object.key, hit, *memory_)) return false;
    switch (mode_) {
      case Mode::exact:
        add_exact(hit, object);
        break;
      case Mode::newest:
        add_newest(hit, object);
        break;
      case Mode::counted:
        add_counted(hit, object);
        break;
    }
    return true;
  }
  /// Takes over what another one, made from the same arguments, saw of other objects.
  void merge(const Tracker&);
  /// The marks and duplicates; the rest is the comparison's. Call it once.
  Coverage finish();

 private:
  enum class Mode : std::uint8_t { exact, newest, counted };
  void add_exact(const Matcher::Hit&, const Object&);
  void add_newest(const Matcher::Hit&, const Object&);
  void add_counted(const Matcher::Hit&, const Object&);
  void note_staleness(const Matcher::Hit&, const Object&, bool first);
  void merge_stale(const Tracker&);
  void merge_newest(const Tracker&);
  void merge_counts(const Tracker&);
  void finish_counted();
  void set(Bits&, std::uint64_t index);

  SpacePtr space_;
  const Matcher* matcher_;
  std::unique_ptr<Matcher::Memory> memory_ = std::make_unique<Matcher::Memory>();
  ObjectRules rules_;
  Mode mode_;
  Coverage coverage_;
  std::vector<Time> newest_;           ///< of each partition
  std::vector<std::uint32_t> counts_;  ///< objects that are large enough, saturating
};

}  // namespace upkeep
