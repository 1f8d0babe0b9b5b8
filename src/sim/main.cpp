// The program upkeep-sim: months of bad luck for the engine, one installation for each seed.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/text.h"
#include "sim/simulation.h"

using namespace upkeep;
using namespace upkeep::sim;

namespace {

constexpr std::string_view usage =
    "upkeep-sim [FIRST..LAST] [--days N] [--collections N] [--jobs N] [--transcript]\n"
    "\n"
    "Simulates at least N (30) days for each seed (1..100) with a daemon that is killed, "
    "collectors\n"
    "that lie, stores that lose things. Says which seeds broke which promise; exit code 1 if any.\n"
    "  --transcript   prints everything that happens\n"
    "  --faults       counts the faults of all seeds\n"
    "  --first        stops at the first seed that breaks a promise\n"
    "  --year         365 days of 20 collections, an hourly loop, few faults; shows the state's "
    "size\n";

struct Options {
  std::uint64_t first = 1, last = 100, jobs = std::max(1u, std::thread::hardware_concurrency());
  bool transcript = false, faults = false, stops_at_first = false;
  SimulationOptions simulation;
};

constinit thread_local std::uint64_t current_seed = 0;
thread_local const Transcript* current_transcript = nullptr;

/// An assertion failed: which seed was it, and what went before?
void explain_abort(int) {
  if (current_transcript != nullptr) {
    for (const std::string& line : current_transcript->tail()) fmt::print(stderr, "  {}\n", line);
  }
  fmt::print(stderr, "seed {} ended in an internal error\n", current_seed);
  std::_Exit(4);
}

[[noreturn]] void refuse(std::string_view what) {
  fmt::print(stderr, "upkeep-sim: {}\n{}", what, usage);
  std::exit(2);
}

std::uint64_t number(std::string_view text) {
  const auto value = parse_number(text);
  if (!value) refuse(fmt::format("{} is no number", text));
  return *value;
}

Options parse(const std::vector<std::string_view>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    const auto value = [&] {
      if (i + 1 == arguments.size()) refuse(fmt::format("{} needs a number", argument));
      return number(arguments[++i]);
    };
    if (argument == "--days") {
      options.simulation.days = value();
    } else if (argument == "--collections") {
      options.simulation.collections = value();
    } else if (argument == "--jobs") {
      options.jobs = std::max<std::uint64_t>(1, value());
    } else if (argument == "--transcript") {
      options.transcript = true;
    } else if (argument == "--faults") {
      options.faults = true;
    } else if (argument == "--year") {
      options.simulation.days = 365;
      options.simulation.collections = 20;
      options.simulation.ordinary = true;
    } else if (argument == "--first") {
      options.stops_at_first = true;
    } else if (argument.starts_with("-")) {
      refuse(fmt::format("there is no {}", argument));
    } else {
      const std::size_t dots = argument.find("..");
      options.first = number(argument.substr(0, dots));
      options.last =
          dots == std::string_view::npos ? options.first : number(argument.substr(dots + 2));
    }
  }
  if (options.first > options.last) refuse("the first seed is larger than the last");
  if (options.transcript) {
    options.jobs = 1;
    options.simulation.sink = [](std::string_view line) {
      std::fwrite(line.data(), 1, line.size(), stdout);
      std::fputc('\n', stdout);
    };
  }
  return options;
}

std::vector<SimulationResult> simulate_all(const Options& options) {
  std::vector<SimulationResult> results(options.last - options.first + 1);
  std::atomic<std::uint64_t> next = 0;
  std::atomic<bool> is_over = false;
  const auto work = [&] {
    for (std::uint64_t i = next++; i < results.size() && !is_over; i = next++) {
      current_seed = options.first + i;
      SimulationOptions simulation = options.simulation;
      simulation.watched = &current_transcript;
      results[i] = simulate(current_seed, simulation);
      current_transcript = nullptr;
      if (results[i].violation && options.stops_at_first) is_over = true;
    }
  };
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(options.jobs, results.size()); ++i) {
    threads.emplace_back(work);
  }
  for (std::thread& thread : threads) thread.join();
  return results;
}

void print_failure(const SimulationResult& result) {
  for (const std::string& line : result.tail) fmt::print("  {}\n", line);
  fmt::print("seed {} broke {} at {}, step {}:\n  {}\n  again: upkeep-sim {} --transcript\n\n",
             result.seed, result.violation->invariant, to_moment(result.ended), result.steps,
             result.violation->text, result.seed);
}

void print_faults(const std::vector<SimulationResult>& results) {
  for (std::size_t i = 0; i < fault_count; ++i) {
    std::uint64_t sum = 0, least = ~std::uint64_t{0};
    for (const SimulationResult& result : results) {
      sum += result.faults[i];
      least = std::min(least, result.faults[i]);
    }
    fmt::print("{:>10} {} (at least {} in each seed)\n", with_thousands(sum),
               name_of(static_cast<Fault>(i)), least);
  }
}

/// What is durable, month by month.
void print_sizes(const std::vector<SimulationResult>& results) {
  for (const SimulationResult& result : results) {
    fmt::print("seed {}: {} partitions; the most in each 30 days:\n", result.seed,
               with_thousands(result.partitions));
    for (std::size_t i = 0; i < result.months.size(); ++i) {
      const StateSize& size = result.months[i];
      fmt::print(
          "{:>5} days: {:>5} partition rows, {:>3} attempts, {:>5} incidents, "
          "{:>7} journal rows, {:>9} bytes\n",
          30 * (i + 1), with_thousands(size.partitions), size.attempts,
          with_thousands(size.incidents), with_thousands(size.journal), with_thousands(size.bytes));
    }
  }
}

int report(const std::vector<SimulationResult>& results, const Options& options, double seconds) {
  std::uint64_t failed = 0, days = 0, steps = 0, deaths = 0, starts = 0, hash = 0, faults = 0;
  std::uint64_t heal = 0, rows = 0, journal = 0;
  for (const SimulationResult& result : results) {
    if (result.violation) print_failure(result);
    failed += result.violation.has_value();
    days += result.days + result.days_to_heal;
    steps += result.steps;
    deaths += result.deaths;
    starts += result.starts;
    for (const std::uint64_t count : result.faults) faults += count;
    heal = std::max(heal, result.days_to_heal);
    rows = std::max(rows, result.rows_most);
    journal = std::max(journal, result.journal_most);
    hash = hash_of(fmt::format("{:016x}", result.hash), hash);
  }
  if (options.faults) print_faults(results);
  if (options.simulation.ordinary) print_sizes(results);
  fmt::print("{} seeds, {} failed; {} days, {} steps, {} faults, {} deaths, {} attempts\n",
             results.size(), failed, with_thousands(days), with_thousands(steps),
             with_thousands(faults), with_thousands(deaths), with_thousands(starts));
  fmt::print("at most {} days to heal, {} partition rows, {} journal rows; transcripts {:016x}\n",
             heal, rows, with_thousands(journal), hash);
  fmt::print(stderr, "{:.1f} s, {:.0f} days a second\n", seconds,
             static_cast<double>(days) / std::max(seconds, 1e-3));
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  if (std::ranges::find(arguments, "--help") != arguments.end()) {
    fmt::print("{}", usage);
    return 0;
  }
  const Options options = parse(arguments);
  std::signal(SIGABRT, explain_abort);
  const auto begin = std::chrono::steady_clock::now();
  const std::vector<SimulationResult> results = simulate_all(options);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return report(results, options, took.count());
}
