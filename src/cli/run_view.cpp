#include "cli/run_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "api/display.h"
#include "api/fact_line.h"
#include "api/text_table.h"
#include "api/words.h"
#include "base/text.h"

namespace upkeep {
namespace {

constexpr Duration draw_every = std::chrono::milliseconds{100};
constexpr Duration rate_window = std::chrono::seconds{30};
constexpr std::size_t running_shown = 5;

}  // namespace

// --- Line by line ------------------------------------------------------------------

void PlainRunView::began(const Snapshot& snapshot) { report_.began(snapshot); }

void PlainRunView::observe(Time now, const Fact& fact) {
  report_.observe(fact);
  if (const auto* started = std::get_if<fact::AttemptStarted>(&fact)) {
    names_[started->attempt] = name_of(*started);
  }
  const std::string line = fact_line(fact, names_);
  if (const auto* settled = std::get_if<fact::AttemptSettled>(&fact)) {
    names_.erase(settled->attempt);
  }
  if (line.empty()) return;
  terminal_.write(fmt::format("{} {}\n", to_text(now), line));
  terminal_.flush();
}

void PlainRunView::finished(const Snapshot& snapshot) {
  report_.finished(snapshot);
  terminal_.write('\n' + report_.text(terminal_.style()));
}

void JsonRunView::finished(const Snapshot& snapshot) {
  report_.finished(snapshot);
  terminal_.write(report_.json());
}

// --- Live --------------------------------------------------------------------------

void LiveRunView::began(const Snapshot& snapshot) {
  report_.began(snapshot);
  tasks_left_ = snapshot.queue.total_tasks;
  started_ = snapshot.now;
  activity_ = "choosing what comes first";
  has_begun_ = true;
  draw(snapshot.now, true);
}

void LiveRunView::observe(Time now, const Fact& fact) {
  if (started_ == Time{}) started_ = now;
  report_.observe(fact);
  std::map<AttemptId, std::string> names;
  std::string line;
  const auto* settled = std::get_if<fact::AttemptSettled>(&fact);
  const bool is_trouble = settled != nullptr && settled->failed + settled->resting > 0;
  const bool is_notable = is_trouble || std::holds_alternative<fact::IncidentChanged>(fact) ||
                          std::holds_alternative<fact::OrphanFound>(fact) ||
                          std::holds_alternative<fact::TroubleMet>(fact) ||
                          std::holds_alternative<fact::TroubleOver>(fact) ||
                          std::holds_alternative<fact::StopRequested>(fact);
  if (is_notable) {
    for (const auto& [id, running] : running_) names[id] = running.name;
    line = fact_line(fact, names);
  }
  take(now, fact);
  if (!line.empty()) {
    const Style style = terminal_.style();
    erase();
    const Tint tint = is_trouble ? Tint::dim : Tint::fair;
    terminal_.write(tinted(style, tint, wrapped(line, style.width, 8)) + '\n');
  }
  draw(now, !line.empty());
}

void LiveRunView::take(Time now, const Fact& fact) {
  if (const auto* listing = std::get_if<fact::ListingStarted>(&fact)) {
    activity_ = fmt::format("listing {}", printable(listing->store));
    listed_since_[listing->store] = now;
  } else if (const auto* far = std::get_if<fact::ListingProgressed>(&fact)) {
    activity_ = fmt::format("listing {}: {}", printable(far->store),
                            progress_text(far->progress, now - listed_since_[far->store]));
  } else if (const auto* listed = std::get_if<fact::ListingEnded>(&fact)) {
    activity_ = fmt::format("listed {}", printable(listed->store));
  } else if (const auto* started = std::get_if<fact::AttemptStarted>(&fact)) {
    waits_until_.reset();
    running_[started->attempt] = {
        printable(name_of(*started)), started->partitions, started->number, 0, false, now};
  } else if (const auto* progress = std::get_if<fact::AttemptProgressed>(&fact)) {
    running_[progress->attempt].done = progress->done;
  } else if (const auto* ended = std::get_if<fact::AttemptEnded>(&fact)) {
    running_[ended->attempt].proving = true;
  } else if (const auto* settled = std::get_if<fact::AttemptSettled>(&fact)) {
    running_.erase(settled->attempt);
    resting_ += settled->resting;
    retries_ += settled->failed + settled->later;
    tasks_left_ -= tasks_left_ > 0 && settled->failed + settled->later == 0 ? 1 : 0;
    closed_.emplace_back(now, report_.numbers().closed);
  } else if (const auto* queue = std::get_if<fact::QueueChanged>(&fact)) {
    tasks_left_ = queue->tasks;
  } else if (const auto* wait = std::get_if<fact::WaitStarted>(&fact)) {
    waits_until_ = wait->until;
  }
  while (closed_.size() > 1 && closed_.front().first + rate_window < now) closed_.pop_front();
}

double LiveRunView::rate(Time now) const {
  const Time begin = std::max(started_, now - rate_window);
  const double seconds = std::chrono::duration<double>(now - begin).count();
  if (seconds < 1) return 0;
  std::uint64_t before = 0;
  for (const auto& [at, sum] : closed_) {
    if (at <= begin) before = sum;
  }
  return static_cast<double>(report_.numbers().closed - before) / seconds;
}

std::string LiveRunView::bar_line(const Style& style) const {
  const std::uint64_t all = report_.gaps_before();
  const std::uint64_t done = std::min(all, report_.numbers().closed + report_.numbers().gone);
  const double share = all == 0 ? 1 : static_cast<double>(done) / static_cast<double>(all);
  const std::string text = fmt::format(" {}  {} of {} gaps", to_percent_text(share),
                                       with_thousands(done), with_thousands(all));
  if (style.width < text.size() + 2)
    return clipped(text, style.width - 1, Clip::end, style.unicode);
  const std::size_t room = std::min<std::size_t>(style.width - text.size() - 1, 40);
  const auto filled = static_cast<std::size_t>(std::floor(share * static_cast<double>(room)));
  std::string bar, rest;
  for (std::size_t i = 0; i < room; ++i) {
    (i < filled ? bar : rest) +=
        style.unicode ? (i < filled ? "█" : "░") : (i < filled ? "#" : "-");
  }
  return tinted(style, Tint::good, bar) + tinted(style, Tint::dim, rest) + text;
}

std::string LiveRunView::count_line(Time now) const {
  const RunNumbers& numbers = report_.numbers();
  std::string line = fmt::format(
      "{} left, {} running, {} done", counted(tasks_left_, "task", "tasks"),
      with_thousands(running_.size()), with_thousands(numbers.attempts - running_.size()));
  const auto add = [&](std::uint64_t number, std::string_view text) {
    if (number > 0) line += fmt::format(", {} {}", with_thousands(number), text);
  };
  add(numbers.attempts_failed, "failed");
  add(resting_, "resting");
  add(numbers.gone, "gone");
  const double speed = rate(now);
  if (speed > 0) {
    const std::uint64_t settled = numbers.closed + numbers.gone + resting_;
    const std::uint64_t left = report_.gaps_before() - std::min(report_.gaps_before(), settled);
    const auto seconds = std::chrono::seconds{
        static_cast<std::int64_t>(std::ceil(static_cast<double>(left) / speed))};
    line += fmt::format("; {:.1f} gaps/s, about {} left", speed, to_rough_text(seconds));
  }
  return line;
}

std::string LiveRunView::running_line(Time now, const Running& running) const {
  std::string line = fmt::format("  {} ({})", running.name,
                                 counted(running.partitions, "partition", "partitions"));
  if (running.proving) {
    line += "  proving";
  } else if (running.done > 0) {
    line += fmt::format("  {:.0f} %", running.done * 100);
  }
  if (running.number > 1) line += fmt::format("  attempt {}", running.number);
  return line + fmt::format("  {}", to_rough_text(now - running.since));
}

std::string LiveRunView::activity_line(Time now) const {
  if (!waits_until_) return "  " + activity_;
  const Duration wait = std::max(*waits_until_ - now, Duration{0});
  return fmt::format("  waiting, the next retry is due in {}", to_rough_text(wait));
}

void LiveRunView::draw(Time now, bool at_once) {
  if (!at_once && now - drawn_ < draw_every) return;
  drawn_ = now;
  const Style style = terminal_.style();
  std::vector<std::string> lines;
  if (has_begun_) lines = {bar_line(style), count_line(now)};
  std::size_t shown = 0;
  for (const auto& [id, running] : running_) {
    if (shown++ == running_shown) break;
    lines.push_back(running_line(now, running));
  }
  if (running_.size() > running_shown) {
    lines.push_back(fmt::format("  … and {} more", running_.size() - running_shown));
  }
  if (running_.empty()) lines.push_back(activity_line(now));
  erase();
  std::string page;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    // The bar is made to fit and holds colours, which must not be cut.
    const bool is_bar = has_begun_ && i == 0;
    page += is_bar ? lines[i] : clipped(lines[i], style.width - 1, Clip::end, style.unicode);
    page += '\n';
  }
  lines_drawn_ = lines.size();
  terminal_.write(page);
  terminal_.flush();
}

/// Goes back to where the drawing began; all below is cleared.
void LiveRunView::erase() {
  if (lines_drawn_ > 0) terminal_.write(fmt::format("\x1b[{}A\r\x1b[J", lines_drawn_));
  lines_drawn_ = 0;
}

void LiveRunView::finished(const Snapshot& snapshot) {
  report_.finished(snapshot);
  erase();
  terminal_.write(report_.text(terminal_.style()));
}

}  // namespace upkeep
