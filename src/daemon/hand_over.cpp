#include "daemon/hand_over.h"

#include <fmt/format.h>

#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"
#include "coverage/byte_stream.h"
#include "coverage/coverage_file.h"
#include "daemon/chain.h"
#include "daemon/listing.h"
#include "daemon/setup.h"
#include "io/child_output.h"

namespace upkeep {
namespace {

constexpr std::string_view magic = "UPKEEPLS";
constexpr std::string_view progress_word = "progress";
constexpr std::size_t checksum_size = 4;

void write_error(ByteWriter& out, const std::optional<Error>& error) {
  out.number(error ? 1 : 0);
  if (error) out.text(error->text);
}
std::optional<Error> read_error(ByteReader& in) {
  if (in.number() == 0) return {};
  return Error{std::string(in.text())};
}

std::string progress_line(const ObjectStore::Requests& asked) {
  return fmt::format("{} {} {} {} {}\n", progress_word, asked.lists, asked.others, asked.keys,
                     asked.at_once);
}

/// Takes such lines from where they stand: before the listing. What is none is left there.
void take_progress(std::string& output, const WatchListing& watch) {
  while (output.starts_with(progress_word)) {
    const std::size_t end = output.find('\n');
    if (end == output.npos) return;
    const auto words = split(std::string_view(output).substr(0, end), ' ');
    std::vector<std::uint64_t> numbers;
    for (std::size_t i = 1; i < words.size(); ++i) {
      if (const auto number = parse_number(words[i])) numbers.push_back(*number);
    }
    if (numbers.size() != 4) return;
    if (watch) watch({numbers[0], numbers[1], numbers[2], numbers[3]});
    output.erase(0, end + 1);
  }
}

std::optional<CollectionId> find_collection(const Config& config, std::string_view name) {
  for (std::uint64_t i = 0; i < config.collections.size(); ++i) {
    if (config.collections[i].name == name) return CollectionId{i};
  }
  return {};
}

/// What a listing says of one collection. A table that was read a moment ago and cannot be
/// read now makes it unknown.
Result<CollectionFinding> read_finding(const Config& config, TableCache& tables, ByteReader& in,
                                       Time listed_at) {
  const std::string name(in.text());
  CollectionFinding finding;
  finding.error = read_error(in);
  const std::string_view coverage = in.text();
  const auto id = find_collection(config, name);
  if (!in.ok() || !id) return fail("what it says is damaged");
  finding.collection = *id;
  if (finding.error) return finding;
  auto space = make_space(config, config.of(*id), tables, listed_at);
  if (!space) {
    finding.error = space.error();
    return finding;
  }
  finding.space = *std::move(space);
  UPKEEP_TRY(finding.coverage, decode_coverage(coverage, *finding.space));
  return finding;
}

}  // namespace

std::string encode_listing(const Config& config, const StoreListed& listed, Time listed_at) {
  ByteWriter out;
  out.raw(magic);
  out.time(listed_at);
  out.time(listed.taken_at);
  out.signed_number(listed.took.count());
  write_error(out, listed.error);
  out.number(listed.findings.size());
  for (const CollectionFinding& finding : listed.findings) {
    out.text(config.of(finding.collection).name);
    write_error(out, finding.error);
    out.text(finding.error ? "" : encode_coverage(*finding.space, finding.coverage));
  }
  ByteWriter checksum;
  checksum.word(checksum_of(out.bytes()), checksum_size);
  return std::move(out.bytes()) + checksum.bytes();
}

Result<StoreListed> decode_listing(const Config& config, TableCache& tables, const ListStore& wish,
                                   std::string_view bytes) {
  if (!bytes.starts_with(magic) || bytes.size() < magic.size() + checksum_size) {
    return fail("what it says is no listing");
  }
  const std::string_view covered = bytes.substr(0, bytes.size() - checksum_size);
  if (ByteReader(bytes.substr(covered.size())).word(checksum_size) != checksum_of(covered)) {
    return fail("what it says is damaged");
  }
  ByteReader in(covered.substr(magic.size()));
  StoreListed listed{wish.request, wish.store, {}, {}, {}, {}};
  const Time listed_at = in.time();
  listed.taken_at = in.time();
  listed.took = Duration{in.signed_number()};
  listed.error = read_error(in);
  for (std::uint64_t left = in.number(); left > 0; --left) {
    UPKEEP_TRY(CollectionFinding finding, read_finding(config, tables, in, listed_at));
    listed.findings.push_back(std::move(finding));
  }
  if (!in.ok() || in.left() != 0) return fail("what it says is damaged");
  return listed;
}

namespace {

/// What its process says. Memory of one's own that runs out meanwhile costs the listing only.
Result<StoreListed> hear_listing(const Config& config, TableCache& tables, const ListStore& wish,
                                 const WatchListing& watch, std::stop_token stop) {
  try {
    UPKEEP_TRY(
        const std::string output,
        output_of("/proc/self/exe",
                  {"upkeep", "scan-store", config.of(wish.store).name, "--config", config.path},
                  config.loop.max_run_time, std::move(stop),
                  [&](std::string& came) { take_progress(came, watch); }));
    return decode_listing(config, tables, wish, output);
  } catch (const std::bad_alloc&) {
    return fail("memory ran out while it was read; `limits.memory` allows no more");
  }
}

/// Who hears of the listing knows the rows by their files.
void keep_rows(const Config& config, const LiveTables& live, StoreListed& listed) {
  for (CollectionFinding& finding : listed.findings) {
    if (finding.error) continue;
    const auto kept = live.keep(config.of(finding.collection));
    if (!kept) finding.error = kept.error();
  }
}

}  // namespace

StoreListed list_store_apart(const Config& config, TableCache& tables, const ListStore& wish,
                             const WatchListing& watch, std::stop_token stop) {
  auto listed = hear_listing(config, tables, wish, watch, std::move(stop));
  if (listed) return *std::move(listed);
  return {wish.request,
          wish.store,
          {},
          {},
          Error{fmt::format("the process that lists it failed: {}", listed.error().text)},
          {}};
}

Result<std::string> list_store_for_parent(const Config& config, const std::string& store,
                                          const std::function<void(const std::string&)>& say) {
  live_as_child(config.limits.memory);
  for (std::uint64_t i = 0; i < config.stores.size(); ++i) {
    if (config.stores[i].name != store) continue;
    const Time listed_at = now_by_clock();
    const ObjectStores stores = open_stores(config);
    LiveTables live(config, stores, listed_at);
    StoreListed listed;
    {
      const ListingWatch watch(stores, StoreId{i},
                               [&](const auto& asked) { say(progress_line(asked)); });
      listed =
          list_store(config, live.tables(), stores, ListStore{{}, StoreId{i}}, CheckCommands::run);
    }
    keep_rows(config, live, listed);
    return encode_listing(config, listed, listed_at);
  }
  return fail(fmt::format("there is no store `{}`", store));
}

}  // namespace upkeep
