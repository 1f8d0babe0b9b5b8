#include "sim/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "coverage/comparison.h"

namespace upkeep::sim {
namespace {

/// Keys lie all over the memory; waiting for them is what a listing takes longest for.
constexpr std::size_t keys_fetched_ahead = 16;

}  // namespace

std::uint64_t PretendStore::lose(const std::function<bool(std::string_view key)>& goes) {
  return absl::erase_if(objects_, [&](const auto& object) { return goes(object.first); });
}

std::vector<Coverage> PretendStore::compare(
    const Store& store, std::vector<SpacePtr> spaces, Time taken_at, Time now,
    const std::function<bool(std::string_view key)>& seen,
    std::span<const std::shared_ptr<const Coverage>> known) const {
  Comparison comparison(store, std::move(spaces), taken_at, now, {}, known);
  auto ahead = objects_.begin();
  std::advance(ahead, std::min(keys_fetched_ahead, objects_.size()));
  for (const auto& [key, facts] : objects_) {
    if (ahead != objects_.end()) __builtin_prefetch((ahead++)->first.data());
    if (seen && !seen(key)) continue;
    comparison.add({.key = key, .size = facts.size, .modified = facts.modified});
  }
  return comparison.finish();
}

std::uint64_t PretendStore::rot(Time now, const std::function<bool(std::string_view key)>& rots) {
  std::uint64_t count = 0;
  for (auto& [key, facts] : objects_) {
    if (!rots(key)) continue;
    facts = {facts.size, now, false};
    ++count;
  }
  return count;
}

Sight PretendStore::look(const Space& space, std::uint64_t index) const {
  Sight sight;
  const std::string key = space.key(index);
  const auto& rule = space.collection().expect.valid;
  const bool is_checked = rule && is_sampled(*rule, key);
  const auto show = [&](const Facts& facts) {
    const bool valid = facts.valid || !is_checked;
    ++sight.objects;
    if (space.has_free_fields()) sight.valid &= valid;
    if (sight.objects > 1 && facts.modified < sight.modified) return;
    if (!space.has_free_fields()) sight.valid = valid;
    sight.size = facts.size;
    sight.modified = facts.modified;
  };
  if (space.has_exact_keys()) {
    if (const auto found = objects_.find(key); found != objects_.end()) show(found->second);
    return sight;
  }
  const std::string_view begin = std::string_view(key).substr(0, key.find('{'));
  for (auto object = objects_.lower_bound(begin);
       object != objects_.end() && object->first.starts_with(begin); ++object) {
    if (space.find_key(object->first) == index) show(object->second);
  }
  return sight;
}

std::vector<std::string> object_names(const Space& space, std::uint64_t index, std::uint64_t count,
                                      std::string_view version) {
  const std::string written = space.key(index);
  std::vector<std::string> names;
  for (std::uint64_t n = 0; n < count; ++n) {
    std::string name;
    for (std::size_t at = 0; at < written.size(); ++at) {
      if (written[at] != '{') {
        name += written[at];
        continue;
      }
      const std::size_t end = written.find('}', at);
      const bool any = written.compare(at, end - at, "{_") == 0;
      name += any ? std::string(version) : fmt::format("p{}", n);
      at = end;
    }
    if (names.empty() || names.back() != name) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace upkeep::sim
