#include "api/scan_json.h"

#include <fmt/format.h>

#include <bit>

#include "api/cost_text.h"
#include "api/json_writer.h"
#include "api/text_table.h"
#include "api/words.h"
#include "base/text.h"

namespace upkeep {
namespace {

constexpr std::array<std::string_view, 16> numbers = {
    "expected",   "present",   "missing", "stale",       "undersized", "invalid",
    "incomplete", "too_early", "gone",    "strays",      "duplicates", "completeness",
    "objects",    "bytes",     "seconds", "inventory_at"};

Partition value_of(const Axis& axis, std::uint64_t value) {
  Partition fields;
  for (std::size_t i = 0; i < axis.fields().size(); ++i) {
    fields.emplace_back(axis.fields()[i], axis.text(value, i));
  }
  return fields;
}

bool is_held(const CollectionStanding& standing) {
  return standing.view.standing == CollectionView::Standing::held;
}

void write_numbers(JsonWriter& json, const CollectionStanding& standing, Time now) {
  const Summary summary = summary_of(standing, now);
  const Coverage& coverage = *standing.view.coverage;
  write_summary(json, summary);
  json.member("strays", coverage.strays)
      .member("duplicates", coverage.duplicates)
      .member("completeness", summary.completeness())
      .member("objects", coverage.objects)
      .member("bytes", coverage.bytes)
      .member("seconds", static_cast<double>(standing.listing.count()) / 1000)
      .member("inventory_at", to_text(coverage.taken_at));
}

std::uint64_t unchecked_of(const Coverage& coverage) {
  std::uint64_t count = 0;
  for (std::uint64_t word = 0; word < coverage.present.words().size(); ++word) {
    count += static_cast<std::uint64_t>(std::popcount(coverage.unchecked_word(word)));
  }
  return count;
}

/// Only where a rule asks for it.
void write_contents(JsonWriter& json, const Coverage& coverage) {
  if (coverage.contents.rule.empty()) return;
  json.member("unchecked", unchecked_of(coverage));
  if (!coverage.contents.trouble.empty()) json.member("unchecked_why", coverage.contents.trouble);
}

void write_samples(JsonWriter& json, const Coverage& coverage) {
  if (coverage.stray_samples.empty()) return;
  json.key("stray_samples").begin_array();
  for (const std::string& key : coverage.stray_samples) json.value(key);
  json.end_array();
}

void write_by(JsonWriter& json, std::string_view by, const std::vector<ValueTally>& values) {
  json.key("by").begin_object().key(by);
  write(json, values);
  json.end_object();
}

Tint tint_of(double share) {
  return share >= 1 ? Tint::good : share >= 0.9 ? Tint::fair : Tint::bad;
}

TableCell number_cell(std::uint64_t number, Tint tint = Tint::plain) {
  return {with_thousands(number), number == 0 ? Tint::dim : tint};
}

constexpr int rank_of_zeros = 20;

/// The columns; on a narrow page those go first in which nothing but zeros would stand.
std::vector<Column> scan_columns(const Snapshot& snapshot) {
  Summary sum;
  std::uint64_t strays = 0, duplicates = 0;
  for (const CollectionStanding& standing : snapshot.collections) {
    if (!is_judged(standing)) continue;
    const Summary summary = summary_of(standing, snapshot.now);
    sum.stale += summary.stale;
    sum.undersized += summary.undersized;
    sum.invalid += summary.invalid;
    sum.incomplete += summary.incomplete;
    sum.too_early += summary.too_early;
    sum.gone += summary.gone;
    strays += standing.view.coverage->strays;
    duplicates += standing.view.coverage->duplicates;
  }
  const auto rank = [](int usual, std::uint64_t number) {
    return number > 0 ? usual : rank_of_zeros;
  };
  return {{.title = "COLLECTION", .width_min = 8, .clip = Clip::middle},
          {.title = "COMPLETE", .right = true},
          {.title = "EXPECTED", .right = true, .rank = 2},
          {.title = "PRESENT", .right = true, .rank = 3},
          {.title = "MISSING", .right = true, .rank = 1},
          {.title = "STALE", .right = true, .rank = rank(1, sum.stale)},
          {.title = "UNDERSIZED", .right = true, .rank = rank(4, sum.undersized)},
          {.title = "INVALID", .right = true, .rank = rank(5, sum.invalid)},
          {.title = "INCOMPLETE", .right = true, .rank = rank(5, sum.incomplete)},
          {.title = "TOO EARLY", .right = true, .rank = rank(7, sum.too_early)},
          {.title = "GONE", .right = true, .rank = rank(6, sum.gone)},
          {.title = "STRAYS", .right = true, .rank = rank(6, strays)},
          {.title = "DUPLICATES", .right = true, .rank = rank(8, duplicates)},
          {.title = "OBJECTS", .right = true, .rank = 8},
          {.title = "SIZE", .right = true, .rank = 7},
          {.title = "LISTED IN", .right = true, .rank = 9},
          {.title = "INVENTORY", .rank = 9}};
}

void add_row(TextTable& table, std::size_t columns, const CollectionStanding& standing,
             const Snapshot& snapshot) {
  const std::string& name = snapshot.config.of(standing.id).name;
  if (!is_judged(standing)) {
    std::vector<TableCell> cells{{name}, {"unknown", Tint::bad}};
    cells.resize(columns, TableCell{"-", Tint::dim});
    table.add(std::move(cells));
    return;
  }
  const Summary summary = summary_of(standing, snapshot.now);
  const Coverage& coverage = *standing.view.coverage;
  table.add({{name},
             {to_percent_text(summary.completeness()), tint_of(summary.completeness())},
             number_cell(summary.expected),
             number_cell(summary.present),
             number_cell(summary.missing, Tint::bad),
             number_cell(summary.stale, Tint::fair),
             number_cell(summary.undersized, Tint::fair),
             number_cell(summary.invalid, Tint::bad),
             number_cell(summary.incomplete, Tint::fair),
             number_cell(summary.too_early),
             number_cell(summary.gone),
             number_cell(coverage.strays, Tint::fair),
             number_cell(coverage.duplicates, Tint::fair),
             number_cell(coverage.objects),
             {to_size_text(coverage.bytes)},
             {to_rough_text(standing.listing)},
             {to_text(std::chrono::floor<std::chrono::seconds>(coverage.taken_at))}});
}

std::string notes_of(const CollectionStanding& standing, const Snapshot& snapshot,
                     const Style& style) {
  const std::string name = printable(snapshot.config.of(standing.id).name);
  std::string out;
  const auto note = [&](std::string_view text) {
    out += wrapped(fmt::format("{}: {}", name, printable(text)), style.width, 2) + '\n';
  };
  if (!is_judged(standing)) {
    note("could not be judged: " + standing.view.why);
    return out;
  }
  if (is_held(standing)) note("held: " + standing.view.why);
  const Coverage& coverage = *standing.view.coverage;
  if (const std::uint64_t unchecked = unchecked_of(coverage); unchecked > 0) {
    const std::string& trouble = coverage.contents.trouble;
    note(fmt::format("the contents of {} not checked yet{}{}",
                     counted(unchecked, "object is", "objects are"), trouble.empty() ? "" : ": ",
                     trouble));
  }
  if (coverage.strays > 0) {
    std::string samples;
    for (const std::string& key : coverage.stray_samples) {
      samples += fmt::format("{}{}", samples.empty() ? "" : ", ", key);
    }
    const bool more = coverage.strays > coverage.stray_samples.size();
    note(fmt::format("{} in its folder that no collection claims: {}{}",
                     counted(coverage.strays, "object lies", "objects lie"), samples,
                     more ? ", …" : ""));
  }
  return out;
}

std::string by_text(const CollectionStanding& standing, const Snapshot& snapshot,
                    std::string_view by, const Style& style) {
  const auto values = tally_by(standing, snapshot.now, by);
  if (!values) return printable(values.error().text) + '\n';
  std::vector<Column> columns;
  const std::string& name = snapshot.config.of(standing.id).name;
  columns.push_back({.title = "COLLECTION", .rank = 2, .width_min = 8, .clip = Clip::middle});
  if (!values->empty()) {
    for (const auto& [field, text] : values->front().value) {
      columns.push_back({.title = field, .width_min = 4, .clip = Clip::middle});
    }
  }
  columns.push_back({.title = "COMPLETE", .right = true});
  columns.push_back({.title = "GOOD", .right = true, .rank = 1});
  columns.push_back({.title = "EXPECTED", .right = true, .rank = 1});
  TextTable table(std::move(columns));
  for (const ValueTally& value : *values) {
    std::vector<TableCell> cells{{name}};
    for (const auto& [field, text] : value.value) cells.push_back({text});
    const double share = share_of(value.tally);
    cells.push_back(value.tally.expected == 0 ? TableCell{"-", Tint::dim}
                                              : TableCell{to_percent_text(share), tint_of(share)});
    cells.push_back(number_cell(value.tally.good));
    cells.push_back(number_cell(value.tally.expected));
    table.add(std::move(cells));
  }
  return table.render(style);
}

}  // namespace

void write(JsonWriter& json, const std::vector<ValueTally>& values) {
  json.begin_array();
  for (const ValueTally& value : values) {
    json.begin_object().key("value");
    write(json, value.value);
    json.member("expected", value.tally.expected)
        .member("good", value.tally.good)
        .member("completeness", share_of(value.tally))
        .end_object();
  }
  json.end_array();
}

void write_summary(JsonWriter& json, const Summary& summary) {
  json.member("expected", summary.expected)
      .member("present", summary.present)
      .member("missing", summary.missing)
      .member("stale", summary.stale)
      .member("undersized", summary.undersized)
      .member("invalid", summary.invalid)
      .member("incomplete", summary.incomplete)
      .member("too_early", summary.too_early)
      .member("gone", summary.gone);
}

double share_of(const Tally& tally) {
  if (tally.expected == 0) return 1;
  return static_cast<double>(tally.good) / static_cast<double>(tally.expected);
}

Summary summary_of(const CollectionStanding& standing, Time now) {
  const CollectionView& view = standing.view;
  return summarize(*view.space, *view.coverage, now, standing.gone);
}

Result<std::vector<ValueTally>> tally_by(const CollectionStanding& standing, Time now,
                                         std::string_view dimension) {
  const Space& space = *standing.view.space;
  const auto& dimensions = space.collection().dimensions;
  for (std::size_t axis = 0; axis < dimensions.size(); ++axis) {
    if (dimensions[axis].name != dimension) continue;
    const std::vector<Tally> tallies =
        tally(space, *standing.view.coverage, now, standing.gone, axis);
    std::vector<ValueTally> values;
    for (std::uint64_t value = 0; value < tallies.size(); ++value) {
      values.push_back({value_of(*space.axes()[axis], value), tallies[value]});
    }
    return values;
  }
  std::vector<std::string> names;
  for (const Dimension& known : dimensions) names.push_back(known.name);
  const auto meant = nearest(dimension, names);
  return fail(fmt::format("{} has no dimension {}{}; there are: {}", space.collection().name,
                          dimension, meant ? fmt::format(", did you mean {}?", *meant) : "",
                          join(names, ", ")));
}

std::string scan_json(const Snapshot& snapshot, const ScanView& view) {
  std::string out;
  JsonWriter json(out, 3);
  json.begin_object().key("collections").begin_array();
  for (const CollectionStanding& standing : snapshot.collections) {
    json.begin_object().member("name", snapshot.config.of(standing.id).name);
    if (!is_judged(standing)) {
      for (const std::string_view name : numbers) json.key(name).null();
      json.member("error", standing.view.why).end_object();
      continue;
    }
    write_numbers(json, standing, snapshot.now);
    if (is_held(standing)) json.member("held", standing.view.why);
    write_contents(json, *standing.view.coverage);
    const auto asked = snapshot.requests.find(snapshot.config.of(standing.id).store);
    if (asked != snapshot.requests.end()) {
      json.member("requests", asked->second.lists).member("dollars", dollars_of(asked->second));
    }
    write_samples(json, *standing.view.coverage);
    if (!view.by.empty()) {
      if (const auto values = tally_by(standing, snapshot.now, view.by)) {
        write_by(json, view.by, *values);
      }
    }
    json.end_object();
  }
  json.end_array();
  write_expected_costs(json, costs_of(snapshot));
  json.end_object();
  out += '\n';
  return out;
}

std::string scan_text(const Snapshot& snapshot, const ScanView& view, const Style& style) {
  std::vector<Column> columns = scan_columns(snapshot);
  const std::size_t count = columns.size();
  TextTable table(std::move(columns));
  for (const CollectionStanding& standing : snapshot.collections) {
    add_row(table, count, standing, snapshot);
  }
  std::string out = table.render(style);
  std::string notes;
  for (const CollectionStanding& standing : snapshot.collections) {
    notes += notes_of(standing, snapshot, style);
  }
  notes += listing_cost_text(costs_of(snapshot));
  if (!notes.empty()) out += '\n' + notes;
  if (view.by.empty()) return out;
  for (const CollectionStanding& standing : snapshot.collections) {
    if (is_judged(standing)) out += '\n' + by_text(standing, snapshot, view.by, style);
  }
  return out;
}

}  // namespace upkeep
