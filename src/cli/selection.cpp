#include "cli/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "api/display.h"
#include "api/scan_json.h"
#include "api/text_table.h"
#include "base/json.h"
#include "cli/control.h"
#include "daemon/setup.h"
#include "io/owner_lock.h"

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

namespace {

/// For people: how old what they see is.
void tell_age(const Snapshot& snapshot, Terminal& terminal) {
  Time oldest = Time::max();
  for (const CollectionStanding& standing : snapshot.collections) {
    if (is_judged(standing)) oldest = std::min(oldest, standing.view.coverage->taken_at);
  }
  if (oldest == Time::max()) return;
  terminal.write(fmt::format("As of the inventory of {}, {} ago; --fresh takes a new one.\n",
                             to_text(oldest),
                             to_rough_text(std::max(snapshot.now - oldest, Duration{}))));
}

/// Has the loop list all stores, and waits until it has.
std::expected<void, Refusal> have_listed(const Config& config) {
  const auto answer = wait_for_loop(config, "POST", "/api/v1/reconcile?wait=1", Duration{});
  if (!answer) return std::unexpected(answer.error());
  const auto json = parse_json(*answer);
  if (json && json->is_object() && json->contains("error") && (*json)["error"].is_string()) {
    return refuse(ExitCode::trouble, (*json)["error"].get<std::string>());
  }
  return {};
}

/// How far listings are, on a line that is drawn over, and gone in the end.
class ListingLine {
 public:
  explicit ListingLine(Terminal& terminal) : terminal_(terminal) {}
  ListingLine(const ListingLine&) = delete;
  ListingLine& operator=(const ListingLine&) = delete;
  ~ListingLine() {
    if (is_drawn_) terminal_.write("\r\x1b[K");
  }

  void draw(const std::string& store, const ListingProgress& progress, Duration since) {
    const Style style = terminal_.style();
    const std::string text =
        fmt::format("listing {}: {}", printable(store), progress_text(progress, since));
    terminal_.write("\r\x1b[K" + clipped(text, style.width - 1, Clip::end, style.unicode));
    terminal_.flush();
    is_drawn_ = true;
  }

 private:
  Terminal& terminal_;
  bool is_drawn_ = false;
};

}  // namespace

std::expected<std::unique_ptr<Survey>, Refusal> survey(const Config& config, Selection selection,
                                                       const Call& call, Terminal& terminal) {
  const bool fresh = call.has("--fresh"), cached = call.has("--cached");
  if (fresh && cached) {
    return refuse(
        ExitCode::usage,
        fmt::format("{}: --fresh asks for a new inventory, --cached forbids one", call.command));
  }
  const auto owner = owner_of(config.state);
  const bool is_owned = owner && *owner;
  if (fresh && is_owned) {
    if (const auto listed = have_listed(config); !listed) return std::unexpected(listed.error());
  }
  const bool is_kept = cached || (is_owned && has_kept_inventories(config, selection));
  const auto format = call.value("--format");
  const bool is_for_people = !call.has("--json") && (!format || *format == "table");
  std::optional<ListingLine> line;
  WatchSurvey watch;
  if (is_for_people && terminal.is_live()) {
    line.emplace(terminal);
    watch = [&line](const std::string& store, const ListingProgress& progress, Duration since) {
      line->draw(store, progress, since);
    };
  }
  auto taken = Survey::take(config, std::move(selection),
                            is_kept ? Inventories::kept : Inventories::listed, watch);
  line.reset();
  if (!taken) return refuse(ExitCode::internal, taken.error().text);
  if (is_kept && is_for_people) tell_age((*taken)->snapshot(), terminal);
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

void complain_of_limits(const Config& config, Terminal& terminal) {
  for (const std::string& sentence : limits_without_effect(config)) {
    terminal.complain("upkeep: " + sentence);
  }
}

}  // namespace upkeep
