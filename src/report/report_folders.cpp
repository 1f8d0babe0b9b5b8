#include "report/report_folders.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <tuple>

namespace upkeep {
namespace {

/// The key with one `/` for each run of them, and none at its beginning.
std::string folded(std::string_view key) {
  std::string made;
  for (const char c : key) {
    if (c != '/' || (!made.empty() && made.back() != '/')) made += c;
  }
  return made;
}

/// "2024-01-02T03-04Z".
std::optional<Time> parse_folder_time(std::string_view name) {
  if (name.size() != 17 || name[13] != '-' || name[16] != 'Z') return {};
  std::string text(name.substr(0, 16));
  text[13] = ':';
  return parse_time(text + ":00Z");
}

}  // namespace

ReportSearch::ReportSearch(std::string_view prefix) : prefix_(folded(prefix)) {
  if (!prefix_.empty() && prefix_.back() != '/') prefix_ += '/';
  beginnings_.push_back(prefix_);
  // Slashes are doubled behind the first folder at the earliest, unless the prefix says so.
  const std::size_t first = prefix.starts_with('/') ? 0 : prefix_.find('/');
  if (first + 1 < prefix_.size()) beginnings_.push_back(prefix_.substr(0, first));
}

void ReportSearch::add(std::string_view key) {
  const bool is_manifest = key.ends_with("/manifest.json");
  if (!is_manifest && !key.ends_with("/manifest.checksum")) return;
  const std::string_view folder = key.substr(0, key.rfind('/'));
  const std::size_t slash = folder.rfind('/');
  const std::size_t name = slash == std::string_view::npos ? 0 : slash + 1;
  const auto dated = parse_folder_time(folder.substr(name));
  if (!dated || !folded(key.substr(0, name)).starts_with(prefix_)) return;
  Seen& seen = seen_[std::string(folder)];
  seen.folder.parent = key.substr(0, name);
  seen.folder.dated = *dated;
  (is_manifest ? seen.folder.manifest : seen.folder.checksum) = key;
  (is_manifest ? seen.has_manifest : seen.has_checksum) = true;
}

std::vector<ReportFolder> ReportSearch::newest_first() const {
  std::vector<ReportFolder> found;
  for (const auto& [name, seen] : seen_) {
    if (seen.has_manifest && seen.has_checksum) found.push_back(seen.folder);
  }
  std::ranges::stable_sort(found, std::greater{}, &ReportFolder::dated);
  return found;
}

std::string store_key(const ReportFolder& folder, std::string_view manifest_key) {
  const std::string parent = folded(folder.parent), key = folded(manifest_key);
  if (!key.starts_with(parent)) return std::string(manifest_key);
  return folder.parent + key.substr(parent.size());
}

}  // namespace upkeep
