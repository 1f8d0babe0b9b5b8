#include "sim/crew.h"

#include <fmt/format.h>

#include <algorithm>

namespace upkeep::sim {

using namespace std::chrono;

std::string describe(const Ending& ending) {
  const std::string text = ending.text.empty() ? "" : fmt::format(" ({})", ending.text);
  switch (ending.kind) {
    case Ending::Kind::exited:
      return fmt::format("exit {}{}", ending.number, text);
    case Ending::Kind::signalled:
      return fmt::format("signal {}{}", ending.number, text);
    case Ending::Kind::timed_out:
      return "timed out";
    case Ending::Kind::not_started:
      return "not started" + text;
    case Ending::Kind::interrupted:
      return "interrupted";
  }
  return {};
}

void Crew::start(const StartAttempt& wish, const Config& config, std::uint64_t life) {
  const Collection& collection = config.of(wish.collection);
  const Collector& collector = config.of(*collection.collector);
  Process process{.attempt = wish.attempt,
                  .life = life,
                  .orphan = false,
                  .collection = collection.name,
                  .collector = collector.name,
                  .store = config.of(collection.store).name,
                  .space = wish.space,
                  .partitions = wish.partitions,
                  .keys = {},
                  .upstream = collector.upstream ? config.of(*collector.upstream).name : "",
                  .grace = collector.grace,
                  .ending = {}};
  for (const std::uint64_t index : wish.partitions) process.keys.push_back(wish.space->key(index));
  const Duration allowed = std::max(wish.deadline - world_.now, Duration{});
  Script script = script_of(world_, process.collector, process.upstream, *wish.space,
                            process.partitions, allowed);
  if (script.what != "works") world_.say(collector.name, "{}", script.what);
  process.ending = script.ending;
  const std::uint64_t pid = ++pid_;
  for (const Script::Write& write : script.writes) {
    // After its end a grandchild writes; before, only while it lives.
    const bool always = script.length && write.after > *script.length;
    world_.after(write.after, [this, pid, always, write, process] {
      if (always || processes_.contains(pid)) this->write(process, write);
    });
  }
  for (Script::Report& line : script.reports) {
    world_.after(line.after, [this, pid, text = std::move(line.line)] { report(pid, text); });
  }
  const bool asks = collector.upstream && collector.requests == 0;
  for (std::uint64_t n = asks ? 1 + world_.dice.below(4) : 0; n > 0; --n) {
    world_.after(world_.between(Duration{}, seconds{20}), [this, pid] { ask(pid); });
  }
  processes_.emplace(pid, std::move(process));
  if (script.length) {
    world_.after(*script.length, [this, pid] {
      const auto found = processes_.find(pid);
      if (found != processes_.end()) end(pid, found->second.ending);
    });
  }
  // The daemon's executor ends it at its deadline; nobody does that for an orphan.
  world_.after(allowed, [this, pid] {
    const auto found = processes_.find(pid);
    if (found != processes_.end() && !found->second.orphan) {
      end_soon(pid, {.kind = Ending::Kind::timed_out, .number = 0, .text = {}});
    }
  });
}

void Crew::write(const Process& process, const Script::Write& write) {
  PretendStore& store = world_.stores.at(process.store);
  if (!write.too_little) {
    return world_.write_partition(store, *process.space, write.partition, !write.nonsense);
  }
  const std::uint64_t wanted = *process.space->collection().expect.min_size;
  for (std::string& name : object_names(*process.space, write.partition,
                                        process.space->count_min(write.partition), "v0")) {
    store.write(std::move(name), wanted - std::min<std::uint64_t>(wanted, 1), world_.now);
  }
}

void Crew::report(std::uint64_t pid, const std::string& line) {
  const auto found = processes_.find(pid);
  if (found == processes_.end() || found->second.orphan) return;
  const auto parsed = parse_report_line(line);
  if (parsed) tell_(found->second.life, AttemptReported{found->second.attempt, *parsed});
}

/// It would make some requests more. Who lost his daemon asks nobody.
void Crew::ask(std::uint64_t pid) {
  const auto found = processes_.find(pid);
  if (found == processes_.end() || found->second.orphan) return;
  const Process& process = found->second;
  TokensAsked asked{AskId{++ask_}, process.upstream, 1 + world_.dice.below(3),
                    fmt::format("a{}", process.attempt.value)};
  if (world_.fate.strikes(Fault::nonsense_asked)) {
    if (world_.dice.chance(50)) {
      asked.upstream = "nobody";
    } else {
      asked.count = 1'000'000'000'000;
    }
  }
  asks_[asked.id] = pid;
  tell_(process.life, asked);
}

void Crew::end_soon(std::uint64_t pid, Ending ending) {
  const Duration grace = processes_.at(pid).grace;
  world_.after(world_.between(Duration{}, grace), [this, pid, ending = std::move(ending)] {
    if (processes_.contains(pid)) end(pid, ending);
  });
}

void Crew::end(std::uint64_t pid, Ending ending) {
  Process process = std::move(processes_.at(pid));
  processes_.erase(pid);
  world_.say(process.collector, "a{} ends: {}", process.attempt.value, describe(ending));
  std::vector<AskId> waiting;
  for (const auto& [id, who] : asks_) {
    if (who == pid) waiting.push_back(id);
  }
  for (const AskId id : waiting) {
    asks_.erase(id);
    tell_(process.life, AskerGone{id});
  }
  if (process.orphan) {
    if (process.life != 0) hear(process.life, OrphanEnded{process.attempt});
    unheard_.emplace_back(process.attempt, std::move(ending));
  } else {
    hear(process.life, AttemptEnded{process.attempt, std::move(ending)});
  }
}

void Crew::hear(std::uint64_t life, const Event& event) {
  const auto tell_after = [&](Duration wait) {
    world_.after(wait, [this, life, event] { tell_(life, event); });
  };
  if (world_.fate.strikes(Fault::end_never_heard)) return;
  if (world_.fate.strikes(Fault::end_heard_late)) {
    return tell_after(world_.between(minutes{5}, hours{5}));
  }
  if (world_.fate.strikes(Fault::end_heard_twice)) {
    tell_after(world_.between(seconds{1}, hours{2}));
  }
  tell_after(Duration{world_.dice.below(1000)});
}

std::map<std::uint64_t, Process>::iterator Crew::find(AttemptId attempt) {
  return std::ranges::find_if(processes_,
                              [&](const auto& entry) { return entry.second.attempt == attempt; });
}

void Crew::stop(AttemptId attempt) {
  const auto found = find(attempt);
  if (found == processes_.end()) return;
  // It may just have been about to end by itself.
  const bool by_itself = world_.dice.chance(10);
  const Ending cut{.kind = Ending::Kind::interrupted, .number = 0, .text = {}};
  end_soon(found->first, by_itself ? found->second.ending : cut);
}

void Crew::watch(AttemptId attempt, std::uint64_t life) {
  const auto found = find(attempt);
  if (found != processes_.end()) {
    found->second.life = life;
    return;
  }
  hear(life, OrphanEnded{attempt});
  // Word of an end that an earlier life should have heard.
  for (const auto& [ended, ending] : unheard_) {
    if (ended == attempt && world_.fate.strikes(Fault::end_heard_in_next_life)) {
      world_.after(world_.between(seconds{1}, minutes{30}),
                   [this, life, event = AttemptEnded{attempt, ending}] { tell_(life, event); });
    }
  }
}

void Crew::orphan_all(bool die_too) {
  unheard_.clear();
  asks_.clear();
  for (auto& [pid, process] : processes_) {
    process.orphan = true;
    process.life = 0;
    if (die_too) unheard_.emplace_back(process.attempt, process.ending);
  }
  if (die_too) processes_.clear();
}

}  // namespace upkeep::sim
