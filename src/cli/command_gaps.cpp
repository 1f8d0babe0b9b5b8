// gaps: each gap a line, however many there are.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "api/gap_rows.h"
#include "api/text_table.h"
#include "api/words.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/selection.h"

namespace upkeep {
namespace {

constexpr std::size_t rows_a_page = 1000;  // of the table: its first page settles the widths

std::expected<std::uint64_t, Refusal> limit_of(const Call& call) {
  const auto text = call.value("--limit");
  if (!text) return std::uint64_t(-1);
  const auto limit = parse_number(*text);
  if (limit) return *limit;
  return refuse(ExitCode::usage,
                fmt::format("gaps: --limit takes a whole number such as 20, not `{}`", *text));
}

/// Where the gaps go, one after the other. Each returns false when nobody reads any more.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual bool take(const Space&, const PlannedGap&) = 0;
  /// `all_known`: every collection could be judged.
  virtual void finish(std::uint64_t shown, bool limited, bool all_known) = 0;
};

class JsonSink final : public Sink {
 public:
  JsonSink(Terminal& terminal, bool lines) : terminal_(terminal), lines_(lines) {}

  bool take(const Space& space, const PlannedGap& row) override {
    line_.assign(lines_ ? "" : is_first_ ? "[\n  " : ",\n  ");
    is_first_ = false;
    if (!writer_ || space_ != &space) {
      space_ = &space;
      writer_.emplace(space);
    }
    writer_->append(row, line_);
    if (lines_) line_ += '\n';
    return terminal_.write(line_);
  }

  void finish(std::uint64_t, bool, bool) override {
    if (!lines_) terminal_.write(is_first_ ? "[]\n" : "\n]\n");
  }

 private:
  Terminal& terminal_;
  bool lines_;
  bool is_first_ = true;
  const Space* space_ = nullptr;
  std::optional<GapWriter> writer_;
  std::string line_;
};

class TableSink final : public Sink {
 public:
  explicit TableSink(Terminal& terminal)
      : terminal_(terminal),
        style_(terminal.style()),
        table_({{.title = "COLLECTION", .rank = 1, .width_min = 8, .clip = Clip::middle},
                {.title = "PARTITION", .clip = Clip::middle},
                {.title = "REASON"},
                {.title = "PRIORITY", .rank = 2},
                {.title = "SINCE", .rank = 3},
                {.title = "KEY", .rank = 4, .width_min = 24, .clip = Clip::middle}}) {}

  bool take(const Space& space, const PlannedGap& row) override {
    const Tint tint = row.priority == Priority::critical ? Tint::bad
                      : row.priority == Priority::high   ? Tint::fair
                                                         : Tint::plain;
    table_.add({{space.collection().name},
                {space.text(row.index)},
                {std::string(to_text(row.kind))},
                {std::string(to_text(row.priority)), tint},
                {to_text(std::chrono::floor<std::chrono::seconds>(row.since)), Tint::dim},
                {space.key(row.index)}});
    return table_.rows() < rows_a_page || terminal_.write(table_.render(style_));
  }

  void finish(std::uint64_t shown, bool limited, bool all_known) override {
    if (shown == 0) {
      if (all_known) terminal_.write("No gaps.\n");
      return;
    }
    terminal_.write(table_.render(style_));
    if (style_.width == 0) return;  // a page for programs ends with its last row
    terminal_.write(fmt::format("{}{}\n", counted(shown, "gap", "gaps"),
                                limited ? ", and more beyond --limit" : ""));
  }

 private:
  Terminal& terminal_;
  Style style_;
  TextTable table_;
};

}  // namespace

CommandResult gaps_command(const Call& call, Terminal& terminal) {
  const auto format = format_of(call);
  if (!format) return std::unexpected(format.error());
  const auto limit = limit_of(call);
  if (!limit) return std::unexpected(limit.error());
  const auto config = load(call);
  if (!config) return std::unexpected(config.error());
  const auto selection = select(*config, call);
  if (!selection) return std::unexpected(selection.error());
  const auto taken = survey(*config, *selection, call, terminal);
  if (!taken) return std::unexpected(taken.error());
  const Snapshot& snapshot = (*taken)->snapshot();

  std::unique_ptr<Sink> sink;
  if (*format == "table") {
    sink = std::make_unique<TableSink>(terminal);
  } else {
    sink = std::make_unique<JsonSink>(terminal, *format == "ndjson");
  }
  std::uint64_t found = 0;
  bool goes_on = true;
  for (const CollectionStanding& standing : snapshot.collections) {
    if (!goes_on || !is_judged(standing)) continue;
    for_each_gap(standing, selection->where, snapshot.now, [&](const PlannedGap& row) {
      if (++found > *limit) return goes_on = false;
      return goes_on = sink->take(*standing.view.space, row);
    });
  }
  const bool all_known = std::ranges::all_of(snapshot.collections, is_judged);
  sink->finish(std::min(found, *limit), found > *limit, all_known);
  complain_of_unjudged(snapshot, terminal);
  if (!all_known) return ExitCode::unjudged;
  return found > 0 ? ExitCode::trouble : ExitCode::done;
}

}  // namespace upkeep
