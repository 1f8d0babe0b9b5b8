// A listing taken apart: the keys below a prefix, in the order of their bytes, are parted into
// ranges that are listed at the same time. S3 tells neither how many keys there are nor how they
// are spread, so ranges are split while they are listed, where keys were seen or are expected.
// A split costs at most one request more than the keys need; they are rationed to a tenth.
#pragma once
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "s3/answers.h"

namespace upkeep::s3 {

using RangeId = Id<struct RangeTag>;

/// What to ask for: the page of keys behind `after`, or behind `token` where there is one.
struct PageAsk {
  RangeId range;
  std::string after = {};  ///< empty: from the first key of the prefix on
  std::string token = {};
};

class KeyRanges {
 public:
  /// `hints` are keys that may exist, evenly spread over those that are expected; in any order.
  explicit KeyRanges(std::string prefix, std::vector<std::string> hints = {});

  /// The next page to ask for; nothing while all that may be asked for has been. Each is
  /// answered by one take(), whenever.
  std::optional<PageAsk> next();

  /// The first so many objects of the page are part of its range and have not been taken before;
  /// the others belong to another range. An error when the page cannot be the answer: then
  /// nothing of it may be believed, and the same may be asked again.
  Result<std::size_t> take(RangeId, const ListPage&);

  /// Has every range come to its end?
  bool is_complete() const { return ranges_.empty(); }
  std::uint64_t pages() const { return pages_; }  ///< that were taken

 private:
  /// The keys behind `after` up to `until`, that one included.
  struct Range {
    RangeId id;
    std::string after;
    std::optional<std::string> until;  ///< nothing: to the end of the prefix
    std::string token;
    bool is_asked = false;          ///< a page is under way
    std::uint64_t pages = 0;        ///< since it was last split
    bool is_splittable = true;      ///< until its next page, at least
    std::uint64_t empty_pages = 0;  ///< in a row
  };

  bool may_split() const;
  bool split();
  bool split_at(Range&, std::string);
  std::span<const std::string> hints_in(const Range&) const;
  std::optional<std::string> middle_of(const Range&) const;
  std::optional<std::string> middle_of(const Range&, std::size_t values_min) const;
  void see(const ListPage&, std::size_t count);
  PageAsk ask(Range&);

  std::string prefix_;
  std::vector<std::string> hints_;  ///< ascending
  std::list<Range> ranges_;
  std::uint64_t ids_ = 0;
  std::uint64_t pages_ = 0, keys_ = 0, page_size_ = 0;
  std::vector<std::bitset<256>> bytes_;  ///< that were seen in keys, by position
};

}  // namespace upkeep::s3
