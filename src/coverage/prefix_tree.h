// Which of many prefixes a key begins with: a radix tree, so that the cost depends on the
// length of the prefixes and hardly on their number.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coverage/hash.h"

namespace upkeep {

class PrefixTree {
 public:
  PrefixTree() : PrefixTree(std::vector<std::pair<std::string, std::uint32_t>>{}) {}
  /// Prefixes with a number for each; a prefix may stand several times.
  explicit PrefixTree(std::vector<std::pair<std::string, std::uint32_t>>);

  /// Calls `take(number)` for every prefix of the key, shorter prefixes first.
  template <class Take>
  void visit(std::string_view key, const Take& take) const {
    const Node* node = nodes_.data();
    for (std::size_t at = 0;;) {
      if (key.size() - at < node->label_size) return;
      const char* label = labels_.data() + node->label;
      if (!same_bytes(key.data() + at, label, node->label_size)) return;
      at += node->label_size;
      for (std::uint32_t i = 0; i < node->numbers_size; ++i) take(numbers_[node->numbers + i]);
      if (at == key.size()) return;
      const unsigned branch = static_cast<unsigned char>(key[at]) - node->first_branch;
      if (branch >= node->branches_size) return;
      const std::uint32_t child = branches_[node->branches + branch];
      if (child == 0) return;
      node = nodes_.data() + child;
    }
  }

 private:
  struct Node {
    std::uint32_t label = 0, label_size = 0;        ///< in labels_
    std::uint32_t numbers = 0, numbers_size = 0;    ///< in numbers_: of prefixes that end here
    std::uint32_t branches = 0, branches_size = 0;  ///< in branches_
    std::uint32_t first_branch = 0;                 ///< the character of the first of them
  };
  using Entry = std::pair<std::string, std::uint32_t>;
  void build(std::size_t node, const Entry* first, const Entry* last, std::size_t depth);

  std::vector<Node> nodes_;
  /// For each node and each character, from the first to the last that goes on from there: the
  /// node that it leads to, or 0, since nothing leads to the root.
  std::vector<std::uint32_t> branches_;
  std::string labels_;
  std::vector<std::uint32_t> numbers_;
};

}  // namespace upkeep
