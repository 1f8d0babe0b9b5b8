// `Store::ignore`: shell patterns for objects that claim nothing and are no strays.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace upkeep {

/// A pattern without `/` is compared with the last part of the key, one with `/` with all
/// of it. `*` fits any run of characters, `?` any one.
class IgnoreList {
 public:
  explicit IgnoreList(std::span<const std::string> patterns);
  bool fits(std::string_view key) const;

 private:
  struct Pattern {
    std::string text;
    std::string tail;    ///< what stands behind the last wildcard: a quick way to say no
    bool plain = false;  ///< no wildcard at all
    bool whole = false;  ///< compared with the whole key
  };
  std::vector<Pattern> patterns_;
};

}  // namespace upkeep
