// The comparison of one inventory with all collections of its store: the hot path.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "coverage/coverage.h"
#include "coverage/space.h"
#include "model/store.h"

namespace upkeep {

/// Feed it every object of the store once, in any order. Memory is a few bits per
/// partition, whatever the number of objects. Several threads feed one each, made from the
/// same arguments, and merge them at the end.
class Comparison {
 public:
  /// `now` decides what is stale; `taken_at` is kept in the results. `unknown`: the folders
  /// of collections whose keys nobody knows now; what lies there is no stray of anyone.
  /// `known`: for each space what was known of the contents of its objects, if anything was;
  /// none at all when it is empty.
  Comparison(const Store&, std::vector<SpacePtr>, Time taken_at, Time now,
             std::span<const std::string> unknown = {},
             std::span<const std::shared_ptr<const Coverage>> known = {});
  ~Comparison();
  Comparison(Comparison&&) noexcept;
  Comparison& operator=(Comparison&&) noexcept;

  void add(const Object&);
  /// Takes over what another one saw of other objects.
  void merge(const Comparison&);
  /// One coverage for each space, in their order.
  std::vector<Coverage> finish();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// An error names both collections and a key when two that have collectors claim one object.
Result<void> check_no_overlap(std::span<const SpacePtr>);

}  // namespace upkeep
