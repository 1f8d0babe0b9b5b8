#include "cli/selection.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/display.h"
#include "api/scan_json.h"
#include "daemon/setup.h"

namespace upkeep {

std::expected<Config, Refusal> load(const Call& call) {
  const auto path = find_config(call.config);
  if (!path) return refuse(ExitCode::usage, path.error().text);
  auto config = load_config(*path);
  if (config) return *std::move(config);
  std::string text;
  for (const ConfigError& error : config.error()) {
    if (!text.empty()) text += '\n';
    text += to_text(error);
  }
  return refuse(ExitCode::usage, text);
}

std::expected<Selection, Refusal> select(const Config& config, const Call& call) {
  Selection selection;
  auto collections = find_collections(config, call.operands);
  if (!collections) return refuse(ExitCode::usage, collections.error().text);
  selection.collections = *std::move(collections);
  const auto where = call.value("--where");
  if (!where) return selection;
  auto condition = find_condition(config, selection.collections, *where);
  if (!condition) {
    return refuse(ExitCode::usage, fmt::format("--where: {}", condition.error().text));
  }
  selection.where = *std::move(condition);
  return selection;
}

std::expected<std::unique_ptr<Survey>, Refusal> survey(const Config& config, Selection selection) {
  auto taken = Survey::take(config, std::move(selection));
  if (!taken) return refuse(ExitCode::internal, taken.error().text);
  return *std::move(taken);
}

ExitCode verdict_of(const Snapshot& snapshot) {
  ExitCode verdict = ExitCode::done;
  for (const CollectionStanding& standing : snapshot.collections) {
    if (!is_judged(standing)) return ExitCode::unjudged;
    const bool held = standing.view.standing == CollectionView::Standing::held;
    if (held || summary_of(standing, snapshot.now).gaps() > 0) verdict = ExitCode::trouble;
  }
  return verdict;
}

void complain_of_unjudged(const Snapshot& snapshot, Terminal& terminal) {
  for (const CollectionStanding& standing : snapshot.collections) {
    if (is_judged(standing)) continue;
    terminal.complain(fmt::format("upkeep: {} could not be judged: {}",
                                  printable(snapshot.config.of(standing.id).name),
                                  printable(standing.view.why)));
  }
}

}  // namespace upkeep
