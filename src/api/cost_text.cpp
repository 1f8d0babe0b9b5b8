#include "api/cost_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/display.h"
#include "api/scan_json.h"
#include "api/words.h"
#include "base/text.h"

namespace upkeep {
namespace {

constexpr std::uint64_t page_size = 1000;  ///< keys of a LIST

std::uint64_t gaps_of(const CollectionStanding& standing, const Snapshot& snapshot) {
  if (!is_judged(standing) || !snapshot.config.of(standing.id).collector) return 0;
  return summary_of(standing, snapshot.now).gaps();
}

/// Confirming looks for what is missing with HEAD and, when that finds nothing, with GET; proving
/// looks with HEAD and reads what has a rule for its contents. Partitions that several objects may
/// fill are listed instead, once each time.
ObjectStore::Requests filling_of(const CollectionStanding& standing, std::uint64_t gaps) {
  const Space& space = *standing.view.space;
  const std::uint64_t reads = space.collection().expect.valid ? 2 : 0;  // HEAD and GET
  if (space.has_exact_keys()) return {.others = gaps * (3 + reads)};
  return {.lists = gaps * 2, .others = gaps * reads};
}

void add(ObjectStore::Requests& sum, const ObjectStore::Requests& more) {
  sum.lists += more.lists;
  sum.others += more.others;
}

std::string requests_text(const ObjectStore::Requests& requests) {
  const bool one_kind = requests.lists == 0 || requests.others == 0;
  if (one_kind && requests.others == 0) {
    return counted(requests.lists, "LIST request", "LIST requests");
  }
  const std::string others =
      counted(requests.others, "HEAD or GET request", "HEAD or GET requests");
  if (one_kind) return others;
  return fmt::format("{} LIST and {}", with_thousands(requests.lists), others);
}

std::string price_text(const ObjectStore::Requests& requests) {
  return fmt::format("{}, ${:.6f} at the price of S3", requests_text(requests),
                     dollars_of(requests));
}

bool is_any(const ObjectStore::Requests& requests) { return requests.lists + requests.others > 0; }

void write_requests(JsonWriter& json, std::string_view name,
                    const ObjectStore::Requests& requests) {
  json.key(name)
      .begin_object()
      .member("list_requests", requests.lists)
      .member("other_requests", requests.others)
      .member("dollars", dollars_of(requests))
      .end_object();
}

}  // namespace

double dollars_of(const ObjectStore::Requests& requests) {
  return static_cast<double>(requests.lists) * 0.005 / 1000 +
         static_cast<double>(requests.others) * 0.0004 / 1000;
}

std::vector<StoreCost> costs_of(const Snapshot& snapshot) {
  std::vector<StoreCost> costs;
  for (std::uint64_t i = 0; i < snapshot.config.stores.size(); ++i) {
    const StoreId id{i};
    const Store& store = snapshot.config.of(id);
    StoreCost cost{.store = store.name};
    const auto asked = snapshot.requests.find(id);
    if (asked != snapshot.requests.end()) cost.asked = cost.listing = asked->second;
    std::uint64_t objects = 0;
    bool is_known = false;
    for (const CollectionStanding& standing : snapshot.collections) {
      if (snapshot.config.of(standing.id).store != id) continue;
      if (!is_judged(standing)) continue;
      is_known = true;
      objects += standing.view.coverage->objects;
      const std::uint64_t gaps = gaps_of(standing, snapshot);
      cost.gaps += gaps;
      if (store.bucket) add(cost.filling, filling_of(standing, gaps));
    }
    cost.is_estimate = !is_any(cost.listing);
    if (cost.is_estimate)
      cost.listing.lists = std::max<std::uint64_t>((objects + page_size - 1) / page_size, 1);
    // A folder whose reports lie in a bucket has requests, too.
    if (is_any(cost.asked) || (store.bucket && is_known)) costs.push_back(std::move(cost));
  }
  return costs;
}

std::string listing_cost_text(const std::vector<StoreCost>& costs) {
  std::string out;
  for (const StoreCost& cost : costs) {
    out += fmt::format("store {}: {} {}\n", printable(cost.store),
                       cost.is_estimate ? "a listing takes at least" : "listed with",
                       price_text(cost.listing));
  }
  return out;
}

std::string filling_cost_text(const std::vector<StoreCost>& costs) {
  std::string out;
  for (const StoreCost& cost : costs) {
    if (!is_any(cost.filling)) continue;
    out +=
        fmt::format("store {}: to confirm and prove {} takes at most {}\n", printable(cost.store),
                    counted(cost.gaps, "gap", "gaps"), price_text(cost.filling));
  }
  return out;
}

std::string asked_cost_text(const std::vector<StoreCost>& costs) {
  std::string out;
  for (const StoreCost& cost : costs) {
    if (!is_any(cost.asked)) continue;
    out += fmt::format("store {}: {}\n", printable(cost.store), price_text(cost.asked));
  }
  return out;
}

void write_expected_costs(JsonWriter& json, const std::vector<StoreCost>& costs) {
  if (costs.empty()) return;
  json.key("cost").begin_array();
  for (const StoreCost& cost : costs) {
    json.begin_object().member("store", cost.store);
    write_requests(json, "listing", cost.listing);
    json.member("listing_is_estimate", cost.is_estimate);
    write_requests(json, "filling", cost.filling);
    json.end_object();
  }
  json.end_array();
}

void write_asked_costs(JsonWriter& json, const std::vector<StoreCost>& costs) {
  if (costs.empty()) return;
  json.key("cost").begin_array();
  for (const StoreCost& cost : costs) {
    json.begin_object().member("store", cost.store);
    write_requests(json, "asked", cost.asked);
    json.end_object();
  }
  json.end_array();
}

}  // namespace upkeep
