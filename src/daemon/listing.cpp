#include "daemon/listing.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "base/text.h"
#include "coverage/comparison.h"
#include "coverage/key_template.h"
#include "daemon/setup.h"
#include "io/files.h"
#include "io/report_cache.h"
#include "io/report_reader.h"

namespace upkeep {
namespace {

/// One collection on its way through a listing.
struct Candidate {
  CollectionId id;
  SpacePtr space;  ///< null when `error` is set
  std::optional<Error> error;
};

std::vector<Candidate> candidates_of(const Config& config, TableCache& tables, StoreId store,
                                     Time now) {
  std::vector<Candidate> candidates;
  for (std::uint64_t i = 0; i < config.collections.size(); ++i) {
    if (config.collections[i].store != store) continue;
    auto space = make_space(config, config.collections[i], tables, now);
    if (space) {
      candidates.push_back({CollectionId{i}, *std::move(space), {}});
    } else {
      candidates.push_back({CollectionId{i}, nullptr, space.error()});
    }
  }
  return candidates;
}

/// Where the collections lie whose tables could not be read. Their objects are nobody's strays.
std::vector<std::string> unknown_folders(const Config& config,
                                         std::span<const Candidate> candidates) {
  std::vector<std::string> folders;
  for (const Candidate& candidate : candidates) {
    if (candidate.space) continue;
    const auto key = parse_key_template(config.of(candidate.id).key);
    if (key) folders.push_back(key->folder());
  }
  return folders;
}

/// Keys of all collections, evenly spread over their partitions.
std::vector<std::string> some_keys(std::span<const SpacePtr> spaces) {
  constexpr std::uint64_t count = 512;
  std::uint64_t partitions = 0;
  for (const SpacePtr& space : spaces) partitions += space->size();
  const std::uint64_t step = partitions / count + 1;
  std::vector<std::string> keys;
  for (const SpacePtr& space : spaces) {
    for (std::uint64_t index = step / 2; index < space->size(); index += step) {
      const std::string key = space->key(index);
      keys.push_back(key.substr(0, key.find('{')));  // up to the first free field
    }
  }
  return keys;
}

/// Might a key of the collection begin with, or lie under, the prefix?
bool may_lie_under(const Space& space, std::string_view prefix) {
  const std::string folder = space.key_template().folder();
  const std::size_t common = std::min(folder.size(), prefix.size());
  return std::string_view(folder).substr(0, common) == prefix.substr(0, common);
}

/// What one pass over all objects of a store showed.
struct Pass {
  Time taken_at;
  std::vector<Coverage> coverages;  ///< one for each space
  std::vector<FailedPart> failed;
  ReportColumns columns{.size = true, .modified = true};  ///< what is said of each object
};

class Listing {
 public:
  Listing(const Config& config, TableCache& tables, const ObjectStores& stores, StoreId id,
          Time now, CheckCommands commands, std::stop_token stop)
      : config_(config),
        stores_(stores),
        id_(id),
        now_(now),
        commands_(commands),
        stop_(std::move(stop)),
        candidates_(candidates_of(config, tables, id, now)),
        unknown_(unknown_folders(config, candidates_)) {
    for (const Candidate& candidate : candidates_) {
      if (!candidate.space) continue;
      spaces_.push_back(candidate.space);
      const bool has_rule = candidate.space->collection().expect.valid.has_value();
      known_.push_back(has_rule ? load_coverage(config, *candidate.space) : nullptr);
    }
  }

  Result<void> run(StoreListed& listed) {
    UPKEEP_CHECK(check_no_overlap(spaces_));
    UPKEEP_TRY(Pass pass, config_.of(id_).inventory ? read_or_list() : list());
    listed.taken_at = pass.taken_at;
    // Reading takes a part of the time that a cycle has: what is left is read beside later
    // listings.
    constexpr Duration longest = std::chrono::minutes{10};
    const Time check_until = now_by_clock() + std::min(config_.loop.max_run_time / 4, longest);
    auto coverage = pass.coverages.begin();
    for (const Candidate& candidate : candidates_) {
      CollectionFinding finding{candidate.id, candidate.space, {}, candidate.error};
      if (candidate.space) {
        finding.coverage = std::move(*coverage++);
        finding.error = doubt(*candidate.space, pass);
        if (!finding.error) check(*candidate.space, finding.coverage, check_until);
      }
      listed.findings.push_back(std::move(finding));
    }
    return {};
  }

 private:
  Comparison compare(Time taken_at) const {
    return Comparison(config_.of(id_), spaces_, taken_at, now_, unknown_, known_);
  }

  void check(const Space& space, Coverage& coverage, Time until) const {
    check_contents(config_, *stores_.at(id_.value), space, coverage, commands_, until, stop_);
  }

  Result<Pass> list() {
    Comparison comparison = compare(now_);
    ObjectStore& store = *stores_.at(id_.value);
    store.expect(some_keys(spaces_));
    UPKEEP_TRY(auto failed,
               store.list("", [&](const Object& object) { comparison.add(object); }, stop_));
    return Pass{now_, comparison.finish(), std::move(failed)};
  }

  /// The newest report, or the store itself where that is what to do without a young one.
  Result<Pass> read_or_list() {
    const Reports& reports = *config_.of(id_).inventory;
    ObjectStore& store = *stores_.at(config_.find_store(reports.store).value);
    auto report = find_report(store, reports.prefix, stop_);
    if (!report) {
      return fail(fmt::format("its inventory reports in store {} cannot be read: {}", reports.store,
                              report.error().text));
    }
    if (*report) UPKEEP_CHECK(check_source(**report));
    const bool is_young = *report && now_ - (*report)->manifest.taken_at <= reports.max_age;
    if (is_young) return read(store, **report, cache_of(reports.store));
    if (reports.when_old == Reports::WhenOld::list) return list();
    if (!*report) {
      return fail(fmt::format("there is no complete inventory report in store {}{}", reports.store,
                              reports.prefix.empty() ? "" : " under `" + reports.prefix + "`"));
    }
    return fail(fmt::format("the newest inventory report is {} old, more than max_age, {}: {}",
                            to_rough_text(now_ - (*report)->manifest.taken_at),
                            to_rough_text(reports.max_age), (*report)->folder.manifest));
  }

  /// Does the report speak of this bucket? What a folder is a copy of, nobody knows.
  Result<void> check_source(const Report& report) const {
    const Store& store = config_.of(id_);
    if (!store.bucket || store.bucket->name == report.manifest.source_bucket) return {};
    return fail(fmt::format("the inventory report {} is of the bucket {}, not of {}",
                            report.folder.manifest, report.manifest.source_bucket,
                            store.bucket->name));
  }

  /// Files of reports that come from a bucket are fetched once. Without leave to write where they
  /// would be kept, as `scan` may be, they are read where they lie.
  std::optional<ReportCache> cache_of(const std::string& store) const {
    if (!config_.of(config_.find_store(store)).bucket) return {};
    const std::string folder = config_.state + "/inventory/cache/reports";
    if (!make_folders(folder) || ::access(folder.c_str(), W_OK) != 0) return {};
    return ReportCache(folder);
  }

  /// Reports name objects as the bucket does; keys are what stands behind the store's prefix.
  void add_relative(Comparison& comparison, Object object) const {
    const auto& bucket = config_.of(id_).bucket;
    if (bucket && !object.key.starts_with(bucket->prefix)) return;
    if (bucket) object.key.remove_prefix(bucket->prefix.size());
    if (!object.key.empty()) comparison.add(object);
  }

  Result<Pass> read(ObjectStore& store, const Report& report,
                    const std::optional<ReportCache>& cache) {
    const std::size_t threads = std::clamp<std::size_t>(report.manifest.files.size(), 1,
                                                        std::thread::hardware_concurrency());
    std::vector<Comparison> comparisons;
    std::vector<TakeObjects> sinks;
    for (std::size_t i = 0; i < threads; ++i)
      comparisons.push_back(compare(report.manifest.taken_at));
    for (Comparison& comparison : comparisons) {
      sinks.emplace_back([&](std::span<const Object> objects) {
        for (const Object& object : objects) add_relative(comparison, object);
      });
    }
    const auto columns =
        read_report(store, report, std::move(sinks), stop_, cache ? &*cache : nullptr);
    if (cache) cache->expire(now_ - config_.keep.cache);
    if (!columns) {
      return fail(fmt::format("its inventory report cannot be read: {}", columns.error().text));
    }
    for (std::size_t i = 1; i < threads; ++i) comparisons[0].merge(comparisons[i]);
    return Pass{report.manifest.taken_at, comparisons[0].finish(), {}, *columns};
  }

  /// Why what the pass shows of this collection cannot be relied on.
  static std::optional<Error> doubt(const Space& space, const Pass& pass) {
    const auto part = std::ranges::find_if(
        pass.failed, [&](const FailedPart& one) { return may_lie_under(space, one.prefix); });
    if (part != pass.failed.end()) return part->error;
    const Expect& expect = space.collection().expect;
    const auto lacks = [](std::string_view column, std::string_view rule) {
      return Error{fmt::format(
          "the inventory report has no column {}, which `{}` needs; add it to the fields of the "
          "inventory configuration",
          column, rule)};
    };
    if (!pass.columns.size && expect.min_size) return lacks("Size", "expect.min_size");
    if (pass.columns.modified) return {};
    if (expect.valid) return lacks("LastModifiedDate", "expect.valid");
    if (expect.max_age) return lacks("LastModifiedDate", "expect.max_age");
    if (expect.settled_after) return lacks("LastModifiedDate", "expect.settled_after");
    // Of several objects the newest counts.
    if (expect.min_size && space.has_any()) return lacks("LastModifiedDate", "expect.min_size");
    return {};
  }

  const Config& config_;
  const ObjectStores& stores_;
  StoreId id_;
  Time now_;
  CheckCommands commands_;
  std::stop_token stop_;
  std::vector<Candidate> candidates_;
  std::vector<std::string> unknown_;
  std::vector<SpacePtr> spaces_;
  std::vector<std::shared_ptr<const Coverage>> known_;  ///< of the contents, for each space
};

}  // namespace

StoreListed list_store(const Config& config, TableCache& tables, const ObjectStores& stores,
                       const ListStore& wish, CheckCommands commands, std::stop_token stop) {
  const Time now = now_by_clock();
  StoreListed listed{wish.request, wish.store, now, {}, {}, {}};
  const auto done =
      Listing(config, tables, stores, wish.store, now, commands, std::move(stop)).run(listed);
  if (!done) listed.error = done.error();
  listed.took = std::max(now_by_clock() - now, Duration{});
  return listed;
}

}  // namespace upkeep
