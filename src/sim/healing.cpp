#include "sim/healing.h"

#include <fmt/format.h>

#include <algorithm>

#include "coverage/coverage.h"

namespace upkeep::sim {
namespace {

using namespace std::chrono;

class Visit {
 public:
  Visit(const World& world, const Daemon& daemon)
      : world_(world), daemon_(daemon), yesterday_(world.now - days{1}) {}

  std::optional<std::string> all() const {
    if (!daemon_.is_alive()) return "the daemon is down";
    for (std::uint64_t i = 0; i < daemon_.config().collections.size(); ++i) {
      if (auto left = collection(CollectionId{i})) return left;
    }
    return rows();
  }

 private:
  std::optional<std::string> collection(CollectionId id) const {
    const Collection& declared = daemon_.config().of(id);
    const CollectionView view = daemon_.engine().view(id);
    if (view.standing != CollectionView::Standing::known) {
      return fmt::format("{} is not known: {}", declared.name, view.why);
    }
    const auto space = world_.space_of(daemon_.config(), declared);
    if (!space) return fmt::format("{}: {}", declared.name, space.error().text);
    for (std::uint64_t i = 0; declared.collector && i < (*space)->size(); ++i) {
      if (auto left = partition(**space, i, view)) return left;
    }
    return {};
  }

  std::optional<std::string> partition(const Space& space, std::uint64_t index,
                                       const CollectionView& view) const {
    const std::string key = space.key(index);
    if (!space.is_due(index, yesterday_) || world_.upstream.is_gone(key)) return {};
    const PretendStore& store =
        world_.stores.at(daemon_.config().of(space.collection().store).name);
    const Sight sight = store.look(space, index);
    if (const auto gap = judge(space, index, sight, yesterday_)) {
      return fmt::format("{} is {}", key, to_text(*gap));
    }
    const bool long_good = sight.modified < yesterday_ && !judge(space, index, sight, world_.now);
    const auto known = view.space->find_written(key);
    if (long_good && known && view.coverage->gap(*known)) {
      return fmt::format("{} is good, but taken for {}", key, to_text(*view.coverage->gap(*known)));
    }
    return {};
  }

  std::optional<std::string> rows() const {
    const State& state = world_.durable.state;
    for (const auto& [id, attempt] : state.attempts) {
      if (attempt.started < yesterday_) return fmt::format("a{} is still open", id.value);
    }
    for (const Collector& collector : daemon_.config().collectors) {
      const bool is_used =
          std::ranges::any_of(daemon_.config().collections, [&](const Collection& collection) {
            return collection.collector &&
                   &daemon_.config().of(*collection.collector) == &collector;
          });
      if (collector.schedule.empty() || !is_used) continue;
      const auto row = state.schedules.find(collector.name);
      const Time due = last_at(collector.schedule, yesterday_, daemon_.config().zone);
      const bool is_behind =
          row == state.schedules.end() || row->second.due < due ||
          (row->second.due == due && row->second.phase != ScheduleRow::Phase::done);
      if (is_behind) return fmt::format("the scheduled run of {} is owed", collector.name);
    }
    for (const auto& [id, incident] : state.incidents) {
      if (incident.state != IncidentRow::State::closed && incident.since < yesterday_ &&
          !nobody_can_fill(incident.target)) {
        return fmt::format("{} {} is not closed: {}", incident.target, incident.kind,
                           incident.text);
      }
    }
    return {};
  }

  /// A collection without a collector is as complete as others make it, and an object that is
  /// gone upstream stays as incomplete as it was collected.
  bool nobody_can_fill(const std::string& target) const {
    const std::vector<Collection>& collections = daemon_.config().collections;
    const auto meant = std::ranges::find_if(collections, [&](const Collection& collection) {
      return target == "collection:" + collection.name;
    });
    if (meant == collections.end()) return false;
    if (!meant->collector) return true;
    const CollectionView view = daemon_.engine().view(
        CollectionId{static_cast<std::uint64_t>(meant - collections.begin())});
    for (std::uint64_t i = 0; i < view.space->size(); ++i) {
      if (view.coverage->present.test(i) && view.coverage->gap(i) &&
          world_.upstream.is_gone(view.space->key(i))) {
        return true;
      }
    }
    return false;
  }

  const World& world_;
  const Daemon& daemon_;
  Time yesterday_;
};

}  // namespace

std::optional<std::string> what_is_left(const World& world, const Daemon& daemon) {
  return Visit(world, daemon).all();
}

}  // namespace upkeep::sim
