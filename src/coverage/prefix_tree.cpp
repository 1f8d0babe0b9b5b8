#include "coverage/prefix_tree.h"

#include <algorithm>

namespace upkeep {

PrefixTree::PrefixTree(std::vector<Entry> entries) : nodes_(1) {
  std::ranges::sort(entries);
  if (!entries.empty()) build(0, entries.data(), entries.data() + entries.size(), 0);
}

void PrefixTree::build(std::size_t node, const Entry* first, const Entry* last, std::size_t depth) {
  // Sorted: what the first and the last have in common, all have in common.
  const std::string& low = first->first;
  const std::string& high = (last - 1)->first;
  std::size_t common = depth;
  while (common < low.size() && common < high.size() && low[common] == high[common]) ++common;
  Node made;
  made.label = static_cast<std::uint32_t>(labels_.size());
  made.label_size = static_cast<std::uint32_t>(common - depth);
  labels_ += low.substr(depth, common - depth);
  made.numbers = static_cast<std::uint32_t>(numbers_.size());
  for (; first != last && first->first.size() == common; ++first) numbers_.push_back(first->second);
  made.numbers_size = static_cast<std::uint32_t>(numbers_.size()) - made.numbers;

  std::vector<const Entry*> groups;
  for (const Entry* entry = first; entry != last; ++entry) {
    if (entry == first || entry->first[common] != (entry - 1)->first[common]) {
      groups.push_back(entry);
    }
  }
  const std::size_t children = nodes_.size();
  nodes_.resize(children + groups.size());
  if (!groups.empty()) {
    const auto branch = [&](const Entry* group) {
      return static_cast<unsigned char>(group->first[common]);
    };
    made.first_branch = branch(groups.front());
    made.branches = static_cast<std::uint32_t>(branches_.size());
    made.branches_size = branch(groups.back()) - made.first_branch + 1;
    branches_.resize(branches_.size() + made.branches_size);
    for (std::size_t i = 0; i < groups.size(); ++i) {
      branches_[made.branches + branch(groups[i]) - made.first_branch] =
          static_cast<std::uint32_t>(children + i);
    }
  }
  nodes_[node] = made;
  groups.push_back(last);
  for (std::size_t i = 0; i + 1 < groups.size(); ++i) {
    build(children + i, groups[i], groups[i + 1], common);
  }
}

}  // namespace upkeep
