#include "core/engine_tracks.h"

#include <algorithm>

#include "coverage/coverage_file.h"

namespace upkeep {
namespace {

template <class Value>
std::map<std::uint64_t, Value> moved(const std::map<std::uint64_t, Value>& from, const Space& old,
                                     const Space& space) {
  std::map<std::uint64_t, Value> to;
  for (const auto& [index, value] : from) {
    if (const auto found = space.find_written(old.key(index))) to.emplace(*found, value);
  }
  return to;
}

}  // namespace

void CollectionTrack::move_to(SpacePtr to) {
  if (space) {
    proofs = moved(proofs, *space, *to);
    for (auto& [index, known] : rows) strangers[known.key] = std::move(known);
  }
  rows.clear();
  for (auto it = strangers.begin(); it != strangers.end();) {
    if (const auto index = to->find_written(it->first)) {
      rows[*index] = std::move(it->second);
      it = strangers.erase(it);
    } else {
      ++it;
    }
  }
  space = std::move(to);
}

std::vector<Looked> CollectionTrack::looks() const {
  std::vector<Looked> looks;
  for (const auto& [index, proof] : proofs) {
    const bool follows = !looks.empty() && looks.back().last + 1 == index &&
                         looks.back().at == proof.at && looks.back().gap == proof.gap;
    if (follows) {
      looks.back().last = index;
    } else {
      looks.push_back({index, index, proof.at, proof.gap});
    }
  }
  return looks;
}

void CollectionTrack::recall_looks(std::span<const Looked> looks) {
  for (const Looked& look : looks) {
    for (std::uint64_t i = look.first; i <= look.last; ++i) proofs[i] = {look.at, look.gap};
  }
}

std::vector<std::uint64_t> CollectionTrack::gone(Time now) const {
  std::vector<std::uint64_t> indices;
  for (const auto& [index, known] : rows) {
    if (known.gone_until > now) indices.push_back(index);
  }
  return indices;
}

std::vector<std::uint64_t> CollectionTrack::busy_indices() const {
  std::vector<std::uint64_t> indices;
  for (const std::string& key : busy) {
    if (const auto index = space->find_written(key)) indices.push_back(*index);
  }
  std::ranges::sort(indices);
  return indices;
}

}  // namespace upkeep
