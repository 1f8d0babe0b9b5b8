#include "api/gap_rows.h"

#include <algorithm>
#include <bit>

#include "api/words.h"

namespace upkeep {
namespace {

/// When each partition became due; the answers for the time axis are kept where that is
/// cheap, since neighbours share them.
class DueTimes {
 public:
  explicit DueTimes(const Space& space) : space_(space), axis_(space.time_axis()) {
    if (!axis_) return;
    const std::uint64_t size = space.axes()[*axis_]->size();
    if (size > remembered_max) return;
    known_.assign(size, unset);
  }

  Time of(std::uint64_t index) {
    if (!axis_) return Time::min();
    if (known_.empty()) return space_.due(index);
    Time& due = known_[space_.coordinate(index, *axis_)];
    if (due == unset) due = space_.due(index);
    return due;
  }

 private:
  static constexpr std::uint64_t remembered_max = 1 << 20;
  static constexpr Time unset = Time::max();
  const Space& space_;
  std::optional<std::size_t> axis_;
  std::vector<Time> known_;
};

/// Walks along ascending losses as ascending indices are asked for.
class LossWalk {
 public:
  explicit LossWalk(std::span<const Loss> losses) : next_(losses.begin()), end_(losses.end()) {}

  std::optional<Time> since(std::uint64_t index) {
    while (next_ != end_ && next_->last < index) ++next_;
    if (next_ == end_ || index < next_->first) return {};
    return next_->since;
  }

 private:
  std::span<const Loss>::iterator next_, end_;
};

std::vector<Condition> conditions_of(const Collection& collection) {
  std::vector<Condition> conditions;
  for (const PriorityRule& rule : collection.priority) conditions.push_back(rule.condition);
  return conditions;
}

/// Since when the gap is one: the loss, else the moment it became due or, for what was
/// fetched too early, the moment it had to be settled.
Time since_of(const Collection& collection, GapKind kind, Time due, std::optional<Time> lost,
              Time first_seen, Time now) {
  if (lost) return *lost;
  if (due == Time::min()) return first_seen;
  if (kind == GapKind::stale && collection.expect.settled_after) {
    const Time settled = due - collection.expect.available_after + *collection.expect.settled_after;
    return std::clamp(settled, due, std::max(due, now));
  }
  return due;
}

}  // namespace

void for_each_gap(const CollectionStanding& standing, const Condition& where, Time now,
                  const std::function<bool(const GapRow&)>& take) {
  const Space& space = *standing.view.space;
  const Coverage& coverage = *standing.view.coverage;
  const Collection& collection = space.collection();
  const std::vector<Condition> rules = conditions_of(collection);
  const Selector priority(space, rules, now);
  const Selector wanted(space, {&where, 1}, now);
  DueTimes due_times(space);
  LossWalk losses(coverage.lost);
  auto gone = standing.gone.begin();

  for (std::uint64_t word = 0; word * 64 < space.size(); ++word) {
    const std::uint64_t left = space.size() - word * 64;
    const std::uint64_t valid = left >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1;
    for (std::uint64_t bits = ~coverage.good_word(word) & valid; bits != 0; bits &= bits - 1) {
      const std::uint64_t index = word * 64 + static_cast<std::uint64_t>(std::countr_zero(bits));
      const Time due = due_times.of(index);
      if (due > now) continue;
      while (gone != standing.gone.end() && *gone < index) ++gone;
      const bool has_tombstone = gone != standing.gone.end() && *gone == index;
      const std::optional<GapKind> kind = coverage.gap(index);
      if (!kind || (has_tombstone && *kind == GapKind::missing)) continue;
      if (!wanted.first(index)) continue;
      const std::optional<std::size_t> rule = priority.first(index);
      const GapRow row{
          index, *kind, rule ? collection.priority[*rule].then : Priority::medium,
          since_of(collection, *kind, due, losses.since(index), standing.first_seen, now)};
      if (!take(row)) return;
    }
  }
}

void write_gap(JsonWriter& json, const Space& space, const GapRow& row) {
  json.begin_object().member("collection", space.collection().name).key("partition");
  write(json, space.partition(row.index));
  json.member("key", space.key(row.index))
      .member("reason", to_text(row.kind))
      .member("priority", to_text(row.priority))
      .member("since", to_text(row.since))
      .end_object();
}

}  // namespace upkeep
