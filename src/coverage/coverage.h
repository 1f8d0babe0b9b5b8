// What an inventory showed of a collection: a few bits per partition and some counts.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "coverage/bits.h"
#include "coverage/space.h"
#include "model/gap.h"

namespace upkeep {

/// Partitions [first, last] that an inventory first showed as lost at `since`.
struct Loss {
  std::uint64_t first = 0, last = 0;
  Time since;
  bool operator==(const Loss&) const = default;
};

/// Partitions [first, last] that were looked at one by one after the inventory began, and what
/// was wrong with them, if anything. Their marks say so already.
struct Looked {
  std::uint64_t first = 0, last = 0;
  Time at;
  std::optional<GapKind> gap;
  bool operator==(const Looked&) const = default;
};

/// What is known of the contents of objects, by a rule of `expect.valid`.
struct Contents {
  std::string rule;     ///< the text of the rule; empty: there is none, and the rest means nothing
  Time through{};       ///< what was modified before this and is checked has not changed since
  Bits checked{};       ///< partitions whose objects were judged; `invalid` says how
  std::string trouble;  ///< why some could not be judged: the first reason; empty when all could
};

/// An inventory's own marks are disjoint: no partition has two of them, but for invalid ones whose
/// objects are to be read once more.
struct Coverage {
  Time taken_at;                                ///< when the inventory began
  Bits present;                                 ///< an object is there, or none is needed
  Bits invalid, undersized, stale, incomplete;  ///< of size 0 while nobody is marked
  std::uint64_t objects = 0, bytes = 0;         ///< what lies in the collection's folder
  std::uint64_t strays = 0, duplicates = 0;
  std::vector<std::string> stray_samples;  ///< a few keys
  /// Ascending, disjoint; set by who compares inventories, kept in coverage files and carried
  /// over by value like the bits.
  std::vector<Loss> lost;
  std::vector<Looked> looked;  ///< likewise
  Contents contents;

  /// What is wrong with it, if anything; says nothing about whether it is expected yet.
  std::optional<GapKind> gap(std::uint64_t index) const;
  /// Makes it what it is now known to be: nothing wrong, or a gap of this kind. Its objects are
  /// read once more when the store is listed.
  void mark(std::uint64_t index, std::optional<GapKind>);
  /// The objects of the partition were judged by the rule of `contents`.
  void mark_checked(std::uint64_t index, bool is_valid);
  /// 64 partitions at once: those whose objects are still to be judged; none without a rule.
  std::uint64_t unchecked_word(std::uint64_t word) const;
  /// 64 partitions at once: those with nothing wrong.
  std::uint64_t good_word(std::uint64_t word) const;
};

/// `known` is newer than the inventory `listed`, but beside that objects were read, too: takes over
/// what was found out about those that `known` says nothing of.
void take_contents(Coverage& known, const Coverage& listed);

/// What the store shows of one partition. Of several objects (for {_}) the newest counts,
/// of equally new ones the largest. With free fields the newest decides about staleness,
/// and objects smaller than `min_size` do not count towards the number that is needed; when
/// all are, the partition is undersized.
struct Sight {
  std::uint64_t objects = 0;  ///< that belong to it
  std::uint64_t small = 0;    ///< of them, those smaller than min_size
  std::uint64_t size = 0;     ///< bytes of the newest
  Time modified{};            ///< of the newest
  bool valid = true;          ///< all that count; the newest of those for {_}
  std::string flaw = {};      ///< what is wrong with one that is not
};

/// Takes one more object of the partition into account.
void see(Sight&, const Space&, std::uint64_t size, Time modified);

/// The objects of the partition were read for an inventory, whose rule judged them like this. Of
/// several for {_} only the newest was judged: they are read each time, for when that one goes.
void note_contents(Coverage&, const Space&, std::uint64_t index, const Sight&);

/// What is wrong with a partition that looks like this, by the collection's `expect`.
std::optional<GapKind> judge(const Space&, std::uint64_t index, const Sight&, Time now);

/// The numbers of one collection at one moment. `expected` leaves out too early and gone.
struct Summary {
  std::uint64_t expected = 0, present = 0, too_early = 0, gone = 0;
  std::uint64_t missing = 0, invalid = 0, undersized = 0, stale = 0, incomplete = 0;
  std::uint64_t good() const { return present - invalid - undersized - stale - incomplete; }
  std::uint64_t gaps() const { return expected - good(); }
  double completeness() const;  ///< good / expected; 1 when nothing is expected
};

/// `gone`: ascending indices with a tombstone; one that has an object all the same counts
/// as present.
Summary summarize(const Space&, const Coverage&, Time now, std::span<const std::uint64_t> gone);

/// Good and expected partitions for each value of one axis: completeness per value, and,
/// with a second axis, the cells of a heatmap (row-major, `by` × `across`).
struct Tally {
  std::uint64_t good = 0, expected = 0;
};
std::vector<Tally> tally(const Space&, const Coverage&, Time now,
                         std::span<const std::uint64_t> gone, std::size_t by,
                         std::optional<std::size_t> across = {});

}  // namespace upkeep
