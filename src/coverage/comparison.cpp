#include "coverage/comparison.h"

#include <algorithm>
#include <map>

#include "coverage/ignore.h"
#include "coverage/prefix_tree.h"
#include "coverage/tracker.h"

namespace upkeep {
namespace {

constexpr std::size_t stray_samples_max = 10;

/// A folder of one or several collections, and what lies in it but in no deeper one.
struct Folder {
  std::string path;
  std::size_t first_collection = 0;
  std::uint64_t objects = 0, bytes = 0, strays = 0;
  std::vector<std::string> samples;  ///< of strays, ascending

  /// Keeps the first in the order of keys, so that the order of the listing does not matter.
  void add_stray(std::string_view key) {
    ++strays;
    sample(key);
  }
  void sample(std::string_view key) {
    if (samples.size() == stray_samples_max && key >= samples.back()) return;
    const auto at = std::ranges::lower_bound(samples, key);
    samples.emplace(at, key);
    if (samples.size() > stray_samples_max) samples.pop_back();
  }
};

}  // namespace

struct Comparison::Parts {
  std::vector<SpacePtr> spaces;
  std::vector<Tracker> trackers;
  std::vector<Folder> folders;         ///< by path
  std::vector<std::size_t> folder_of;  ///< of each collection
  IgnoreList ignore;
  PrefixTree tree;  ///< numbers of folders, then of trackers, then that of what is unknown
  std::uint32_t first_tracker = 0, unknown_folder = 0;  ///< numbers in the tree
  Time taken_at;

  Parts(const Store& store, std::vector<SpacePtr> all, Time taken, Time now,
        std::span<const std::string> unknown,
        std::span<const std::shared_ptr<const Coverage>> known);
};

Comparison::Parts::Parts(const Store& store, std::vector<SpacePtr> all, Time taken, Time now,
                         std::span<const std::string> unknown,
                         std::span<const std::shared_ptr<const Coverage>> known)
    : spaces(std::move(all)), ignore(store.ignore), taken_at(taken) {
  std::map<std::string, std::size_t> first;  // collection by folder
  for (std::size_t i = 0; i < spaces.size(); ++i) {
    first.try_emplace(spaces[i]->key_template().folder(), i);
    trackers.emplace_back(spaces[i], now, i < known.size() ? known[i] : nullptr);
  }
  std::vector<std::pair<std::string, std::uint32_t>> prefixes;
  for (const auto& [path, collection] : first) {
    prefixes.emplace_back(path, static_cast<std::uint32_t>(folders.size()));
    folders.push_back({path, collection, 0, 0, 0, {}});
  }
  first_tracker = static_cast<std::uint32_t>(folders.size());
  unknown_folder = first_tracker + static_cast<std::uint32_t>(spaces.size());
  for (std::size_t i = 0; i < spaces.size(); ++i) {
    const std::string folder = spaces[i]->key_template().folder();
    const auto at = std::ranges::lower_bound(folders, folder, {}, &Folder::path);
    folder_of.push_back(static_cast<std::size_t>(at - folders.begin()));
    prefixes.emplace_back(spaces[i]->matcher().prefix(),
                          first_tracker + static_cast<std::uint32_t>(i));
  }
  for (const std::string& folder : unknown) {
    prefixes.emplace_back(folder, unknown_folder);
  }
  tree = PrefixTree(std::move(prefixes));
}

Comparison::Comparison(const Store& store, std::vector<SpacePtr> spaces, Time taken_at, Time now,
                       std::span<const std::string> unknown,
                       std::span<const std::shared_ptr<const Coverage>> known)
    : parts_(std::make_unique<Parts>(store, std::move(spaces), taken_at, now, unknown, known)) {}
Comparison::~Comparison() = default;
Comparison::Comparison(Comparison&&) noexcept = default;
Comparison& Comparison::operator=(Comparison&&) noexcept = default;

void Comparison::add(const Object& object) {
  Parts& parts = *parts_;
  const bool ignored = parts.ignore.fits(object.key);
  Folder* deepest = nullptr;
  bool claimed = ignored;  // or it may be
  parts.tree.visit(object.key, [&](std::uint32_t number) {
    if (number < parts.first_tracker) {
      deepest = &parts.folders[number];
    } else if (number == parts.unknown_folder) {
      claimed = true;
    } else if (!ignored) {
      claimed |= parts.trackers[number - parts.first_tracker].add(object);
    }
  });
  if (deepest == nullptr) return;
  ++deepest->objects;
  deepest->bytes += object.size;
  if (!claimed) deepest->add_stray(object.key);
}

void Comparison::merge(const Comparison& other) {
  for (std::size_t i = 0; i < parts_->trackers.size(); ++i) {
    parts_->trackers[i].merge(other.parts_->trackers[i]);
  }
  for (std::size_t i = 0; i < parts_->folders.size(); ++i) {
    Folder& folder = parts_->folders[i];
    const Folder& theirs = other.parts_->folders[i];
    folder.objects += theirs.objects;
    folder.bytes += theirs.bytes;
    folder.strays += theirs.strays;
    for (const std::string& key : theirs.samples) folder.sample(key);
  }
}

std::vector<Coverage> Comparison::finish() {
  Parts& parts = *parts_;
  std::vector<Coverage> results;
  for (std::size_t i = 0; i < parts.spaces.size(); ++i) {
    Coverage coverage = parts.trackers[i].finish(parts.taken_at);
    coverage.taken_at = parts.taken_at;
    const Folder& own = parts.folders[parts.folder_of[i]];
    for (const Folder& folder : parts.folders) {
      if (!folder.path.starts_with(own.path)) continue;
      coverage.objects += folder.objects;
      coverage.bytes += folder.bytes;
    }
    parts.trackers[i].allow_for_unseen(coverage);
    if (own.first_collection == i) {
      coverage.strays = own.strays;
      coverage.stray_samples = own.samples;
    }
    results.push_back(std::move(coverage));
  }
  return results;
}

}  // namespace upkeep
