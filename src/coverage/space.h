// All partitions of a collection at one moment: index ↔ coordinates ↔ fields ↔ key, exact
// both ways. Index order is the order of the dimensions, the last one running fastest.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "coverage/axis.h"
#include "coverage/key_template.h"
#include "coverage/matcher.h"
#include "model/collection.h"

namespace upkeep {

/// More partitions than this are taken for a typing error.
inline constexpr std::uint64_t partitions_max = std::uint64_t{1} << 32;

/// The fields of one partition with their canonical texts, in the order of the dimensions.
using Partition = std::vector<std::pair<std::string, std::string>>;

class Space {
 public:
  /// An error names the dimension, value or row that cannot be written as a key.
  static Result<std::shared_ptr<const Space>> make(const Collection&, const Surroundings&);
  ~Space();

  /// The declaration that it was made from.
  const Collection& collection() const;
  const KeyTemplate& key_template() const;

  std::uint64_t size() const;
  std::span<const std::shared_ptr<const Axis>> axes() const;
  /// How far apart in index two neighbours on that axis are.
  std::uint64_t stride(std::size_t axis) const;
  std::uint64_t coordinate(std::uint64_t index, std::size_t axis) const;

  Partition partition(std::uint64_t index) const;
  /// "season=2024-25 date=2025-10-21 game=401584"
  std::string text(std::uint64_t index) const;
  /// The object key; free fields and {_} stay as they are in the template.
  std::string key(std::uint64_t index) const;
  /// Does key() name one object, or are there free fields or {_}?
  bool has_exact_keys() const { return !has_free_fields() && !has_any(); }
  bool has_free_fields() const;
  bool has_any() const;

  /// How keys are put together.
  const KeyLayout& layout() const;
  /// What find_key uses, for those who need it millions of times a second.
  const Matcher& matcher() const;
  /// The partition that an object key belongs to; nothing when it does not fit the template
  /// in canonical form or is not one of the values.
  std::optional<std::uint64_t> find_key(std::string_view key) const;
  /// The inverse of key(): also for keys with free fields left as they are.
  std::optional<std::uint64_t> find_written(std::string_view key) const;
  /// All fields must be given; the order does not matter.
  std::optional<std::uint64_t> find(const Partition&) const;

  /// The axis that gives the time; without one, everything is expected at all times.
  std::optional<std::size_t> time_axis() const;
  /// End of the partition's period: the moment its age counts from. Needs a time axis.
  Time end(std::uint64_t index) const;
  /// When it is expected: end + available_after; the smallest Time without a time axis.
  Time due(std::uint64_t index) const;
  bool is_due(std::uint64_t index, Time now) const { return due(index) <= now; }
  /// How many objects it needs (expect.count); 1 without.
  std::uint64_t count_min(std::uint64_t index) const;

 private:
  Space();
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

using SpacePtr = std::shared_ptr<const Space>;

}  // namespace upkeep
