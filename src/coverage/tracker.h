// Gathers the coverage of one collection, object by object.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "coverage/coverage.h"
#include "coverage/matcher.h"
#include "coverage/object_rules.h"

namespace upkeep {

/// A few bits for each partition, one more with a rule for contents; beside them 8 bytes for {_}
/// with a `min_size`, and 4 bytes with free fields. The order of the objects makes no difference.
class Tracker {
 public:
  /// `known`: what was known of the contents of its objects; may be null.
  Tracker(SpacePtr, Time now, std::shared_ptr<const Coverage> known = {});

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
    if (has_content_rule_) note_change(hit, object);
    return true;
  }
  /// Takes over what another one, made from the same arguments, saw of other objects.
  void merge(const Tracker&);
  /// The marks and duplicates; the rest is the comparison's. What was known of the contents of
  /// objects that have not changed stays known. Call it once.
  Coverage finish(Time taken_at);
  /// Once it is known how many objects there are: where several make up one partition, one that is
  /// out of sight for once may have been changed meanwhile.
  void allow_for_unseen(Coverage&) const;

 private:
  enum class Mode : std::uint8_t { exact, newest, counted };
  void add_exact(const Matcher::Hit&, const Object&);
  void add_newest(const Matcher::Hit&, const Object&);
  void add_counted(const Matcher::Hit&, const Object&);
  void note_staleness(const Matcher::Hit&, const Object&, bool first);
  void merge_stale(const Tracker&);
  void merge_newest(const Tracker&);
  void merge_counts(const Tracker&);
  void note_change(const Matcher::Hit&, const Object&);
  void finish_counted();
  void finish_contents(Time taken_at);
  void set(Bits&, std::uint64_t index);

  SpacePtr space_;
  const Matcher* matcher_;
  std::unique_ptr<Matcher::Memory> memory_ = std::make_unique<Matcher::Memory>();
  ObjectRules rules_;
  Mode mode_;
  Coverage coverage_;
  std::vector<Time> newest_;           ///< of each partition
  std::vector<std::uint32_t> counts_;  ///< objects that are large enough, saturating
  // With a rule for contents only.
  bool has_content_rule_;
  std::shared_ptr<const Coverage> known_;  ///< by the same rule, or null
  Bits changed_;                           ///< since it was known
  Time last_change_ = Time::min();         ///< of any object
};

}  // namespace upkeep
