// What the requests to buckets cost: those that were sent, and those that are to be expected.
#pragma once
#include <string>
#include <vector>

#include "api/json_writer.h"
#include "api/snapshot.h"
#include "port/object_store.h"

namespace upkeep {

/// At AWS, in its standard storage class: $0.005 for 1,000 LIST requests, $0.0004 for 1,000 HEAD
/// or GET.
double dollars_of(const ObjectStore::Requests&);

struct StoreCost {
  std::string store;
  ObjectStore::Requests asked{};    ///< in fact, by this command
  ObjectStore::Requests listing{};  ///< what listing it takes
  bool is_estimate = false;         ///< `listing` is the least that its objects need
  ObjectStore::Requests filling{};  ///< to confirm the gaps and to prove what fills them, at most
  std::uint64_t gaps = 0;           ///< with a collector
};

/// Of each bucket that could be judged, or was asked for something.
std::vector<StoreCost> costs_of(const Snapshot&);

// A line for each bucket; empty when there is none.
std::string listing_cost_text(const std::vector<StoreCost>&);
std::string filling_cost_text(const std::vector<StoreCost>&);
std::string asked_cost_text(const std::vector<StoreCost>&);

/// "cost": [{"store", "listing", "listing_is_estimate", "filling"}]; only where there are buckets.
void write_expected_costs(JsonWriter&, const std::vector<StoreCost>&);
/// "cost": [{"store", "asked"}]
void write_asked_costs(JsonWriter&, const std::vector<StoreCost>&);

}  // namespace upkeep
