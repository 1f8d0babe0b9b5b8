#include "sim/collector.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace upkeep::sim {
namespace {

using namespace std::chrono;

Ending exited(int code, std::string text = {}) {
  return {.kind = Ending::Kind::exited, .number = code, .text = std::move(text)};
}

Ending signalled(int signal) {
  return {.kind = Ending::Kind::signalled, .number = signal, .text = {}};
}

std::string gone_line(const Space& space, std::uint64_t index) {
  std::string fields;
  for (const auto& [name, text] : space.partition(index)) {
    fields += fmt::format("{}\"{}\": \"{}\"", fields.empty() ? "" : ", ", name, text);
  }
  return fmt::format("{{\"gone\": {{{}}}}}", fields);
}

class Writer {
 public:
  Writer(World& world, std::string_view collector, std::string_view upstream, const Space& space,
         std::span<const std::uint64_t> partitions, Duration allowed)
      : world_(world),
        collector_(collector),
        upstream_(upstream),
        space_(space),
        partitions_(partitions) {
    const Duration most = std::min<Duration>(allowed * 7 / 10, minutes{3});
    script_.length = world.between(seconds{1}, std::max<Duration>(most, seconds{1}));
  }

  Script write() {
    work();
    spoil();
    distract();
    return std::move(script_);
  }

 private:
  bool strikes(Fault fault) { return world_.fate.strikes(fault); }

  /// Honest work: what exists upstream is written, the rest is named as gone.
  void work() {
    std::vector<std::uint64_t> gone;
    for (const std::uint64_t index : partitions_) {
      if (world_.upstream.is_gone(space_.key(index))) {
        gone.push_back(index);
      } else {
        script_.writes.push_back({.after = moment(), .partition = index});
      }
    }
    if (world_.dice.chance(30)) {
      script_.reports.push_back({.after = moment(), .line = R"({"progress": 0.5})"});
    }
    if (gone.size() == partitions_.size()) {
      script_.ending = exited(44, "404 Not Found");
      return;
    }
    for (const std::uint64_t index : gone) {
      script_.reports.push_back({.after = moment(), .line = gone_line(space_, index)});
    }
  }

  void nothing(std::string_view what, Ending ending) {
    script_.writes.clear();
    script_.reports.clear();
    end(what, std::move(ending));
  }

  void end(std::string_view what, Ending ending) {
    script_.what = what;
    script_.ending = std::move(ending);
  }

  /// At most one thing is wrong with the work itself.
  void spoil() {
    const bool poisoned =
        world_.storm && std::ranges::any_of(partitions_, [this](std::uint64_t index) {
          return world_.upstream.is_poisoned(space_.key(index));
        });
    if (poisoned) return nothing("always fails for this", exited(1, "500 Internal Server Error"));
    if (world_.locked_out.contains(collector_)) return nothing("is shut out", exited(77, "403"));
    if (world_.down.contains(upstream_)) return nothing("finds it down", exited(1, "503 down"));
    if (strikes(Fault::collector_is_throttled)) return is_throttled();
    if (strikes(Fault::collector_hangs)) {
      nothing("hangs", {});
      script_.length.reset();
      return;
    }
    if (strikes(Fault::collector_crashes)) return nothing("crashes", signalled(11));
    if (strikes(Fault::collector_killed)) return nothing("is killed", signalled(9));
    if (strikes(Fault::collector_fails)) return nothing("fails", exited(1, "503 Unavailable"));
    if (strikes(Fault::collector_cannot_start)) {
      nothing("cannot be started", {Ending::Kind::not_started, 2, "no such file"});
      script_.length = Duration{};
      return;
    }
    if (strikes(Fault::collector_lies)) return nothing("lies: writes nothing, exits 0", exited(0));
    if (strikes(Fault::collector_defers)) return nothing("asks for later", exited(75, "429"));
    if (strikes(Fault::collector_is_denied)) return nothing("is denied", exited(77, "403"));
    if (strikes(Fault::collector_says_gone)) return nothing("says gone, wrongly", exited(44));
    if (strikes(Fault::collector_defers_until)) {
      nothing("asks for later, and when", exited(75, "429"));
      report(fmt::format(R"({{"retry_after": {}}})", 60 + world_.dice.below(7200)));
      return;
    }
    spoil_part();
  }

  /// Too many requests: it tells so, and how long to wait, in one of two forms, or not at all.
  void is_throttled() {
    nothing("is throttled", exited(world_.dice.chance(50) ? 75 : 1, "429 Too Many Requests"));
    report(fmt::format(R"({{"throttled": {}}})", world_.dice.below(5)));
    if (world_.dice.chance(30)) report(R"({"requests": 3})");
    if (world_.dice.chance(30)) report(R"({"retry_after": "Wed, 21 Oct 2026 07:28:00 GMT"})");
    if (world_.dice.chance(30)) {
      report(fmt::format(R"({{"retry_after": {}}})", 1 + world_.dice.below(600)));
    }
  }

  void spoil_part() {
    if (script_.writes.empty()) return;
    if (strikes(Fault::collector_writes_then_dies)) {
      return end("writes, then dies", world_.dice.chance(50) ? exited(3) : signalled(6));
    }
    if (space_.collection().expect.min_size && strikes(Fault::collector_writes_too_little)) {
      for (Script::Write& write : script_.writes) write.too_little = world_.dice.chance(70);
      script_.what = "writes too little";
      return;
    }
    if (space_.collection().expect.valid && strikes(Fault::collector_writes_nonsense)) {
      for (Script::Write& write : script_.writes) write.nonsense = world_.dice.chance(70);
      script_.what = "writes nonsense";
      return;
    }
    if (strikes(Fault::collector_writes_after_end)) {
      for (Script::Write& write : script_.writes) {
        write.after = *script_.length + world_.between(seconds{1}, hours{1});
      }
      script_.what = "leaves a grandchild that writes later";
      return;
    }
    if (script_.writes.size() > 1 && strikes(Fault::collector_skips_some)) {
      script_.writes.resize(1 + world_.dice.below(script_.writes.size() - 1));
      script_.what = "skips some, exits 0";
      return;
    }
    if (strikes(Fault::collector_names_gone)) {
      const Script::Write victim = script_.writes[world_.dice.below(script_.writes.size())];
      std::erase_if(script_.writes, [&](const auto& w) { return w.partition == victim.partition; });
      report(gone_line(space_, victim.partition));
      end("names one as gone, wrongly", exited(world_.dice.chance(50) ? 44 : 0));
    }
  }

  /// What comes beside the work.
  void distract() {
    if (space_.size() > partitions_.size() && strikes(Fault::collector_names_foreign_gone)) {
      const std::uint64_t other = world_.dice.below(space_.size());
      if (std::ranges::find(partitions_, other) == partitions_.end()) {
        report(gone_line(space_, other));
      }
    }
    if (strikes(Fault::collector_reports_nonsense)) {
      constexpr std::array nonsense = {
          R"({"progress": 17})",
          R"({"progress": -1e308})",
          R"({"retry_after": -5})",
          R"({"retry_after": 1e300})",
          R"({"retry_after": 315360000})",
          R"({"gone": {}})",
          R"({"gone": {"date": "x"}})",
          R"({"progress": "half"})",
          "",
          "\x01\xff{",
          R"({"gone": {"no": "such"}})",
          R"([1, 2])",
      };
      report(nonsense[world_.dice.below(nonsense.size())]);
    }
  }

  void report(std::string line) {
    script_.reports.push_back({.after = moment(), .line = std::move(line)});
  }

  Duration moment() { return world_.between(Duration{}, script_.length.value_or(minutes{1})); }

  World& world_;
  std::string_view collector_, upstream_;
  const Space& space_;
  std::span<const std::uint64_t> partitions_;
  Script script_;
};

}  // namespace

Script script_of(World& world, std::string_view collector, std::string_view upstream,
                 const Space& space, std::span<const std::uint64_t> partitions, Duration allowed) {
  return Writer(world, collector, upstream, space, partitions, allowed).write();
}

}  // namespace upkeep::sim
