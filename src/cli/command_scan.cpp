// scan: coverage per collection, per value of a dimension, and as a heatmap.
#include <fmt/format.h>

#include <algorithm>

#include "api/heatmap.h"
#include "api/scan_json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/selection.h"

namespace upkeep {
namespace {

/// Is there such a dimension in at least one of the collections?
std::expected<void, Refusal> check_dimension(const Config& config, const Selection& selection,
                                             const std::string& name) {
  std::vector<std::string> known;
  for (std::uint64_t i = 0; i < config.collections.size(); ++i) {
    const bool chosen =
        selection.collections.empty() ||
        std::ranges::find(selection.collections, CollectionId{i}) != selection.collections.end();
    if (!chosen) continue;
    for (const Dimension& dimension : config.collections[i].dimensions) {
      if (dimension.name == name) return {};
      if (std::ranges::find(known, dimension.name) == known.end()) known.push_back(dimension.name);
    }
  }
  const auto meant = nearest(name, known);
  return refuse(
      ExitCode::usage,
      fmt::format("scan: there is no dimension `{}`{}; there are: {}", name,
                  meant ? fmt::format(", did you mean `{}`?", *meant) : "", join(known, ", ")));
}

}  // namespace

CommandResult scan_command(const Call& call, Terminal& terminal) {
  const auto format = format_of(call);
  if (!format) return std::unexpected(format.error());
  if (*format == "json" && call.has("--heatmap")) {
    return refuse(ExitCode::usage, "scan: --heatmap is for people; JSON has --by instead");
  }
  const auto config = load(call);
  if (!config) return std::unexpected(config.error());
  const auto selection = select(*config, call);
  if (!selection) return std::unexpected(selection.error());
  const ScanView view{call.value("--by").value_or("")};
  if (!view.by.empty()) {
    const auto known = check_dimension(*config, *selection, view.by);
    if (!known) return std::unexpected(known.error());
  }
  const auto taken = survey(*config, *selection, call, terminal);
  if (!taken) return std::unexpected(taken.error());
  const Snapshot& snapshot = (*taken)->snapshot();
  if (*format == "json") {
    terminal.write(scan_json(snapshot, view));
    return verdict_of(snapshot);
  }
  const Style style = terminal.style();
  terminal.write(scan_text(snapshot, view, style));
  if (style.width != 0 || call.has("--heatmap")) {
    const std::string map = heatmap_text(snapshot, style);
    if (!map.empty()) terminal.write('\n' + map);
  }
  return verdict_of(snapshot);
}

}  // namespace upkeep
