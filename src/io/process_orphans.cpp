#include "io/process_orphans.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include "io/process_lock.h"
#include "io/process_tree.h"

namespace upkeep {
namespace {
using namespace std::chrono_literals;

constexpr Duration wait_min = 250ms, wait_max = 5s, wait_while_ending = 50ms;
constexpr Duration grace_unknown = 10s;
}  // namespace

ProcessOrphans::Orphan& ProcessOrphans::orphan(AttemptId id, SteadyTime now) {
  return orphans_.try_emplace(id, Orphan{.since = now, .next_look = now}).first->second;
}

void ProcessOrphans::watch(AttemptId id, SteadyTime now) {
  Orphan& one = orphan(id, now);
  one.is_watched = true;
  one.next_look = now;
}

void ProcessOrphans::stop(AttemptId id, SteadyTime now) {
  const auto lock = look_at_attempt_lock(attempt_files(run_folder_, id).lock);
  if (!lock) return;
  Orphan& one = orphan(id, now);
  if (!one.kill_at) begin_to_end(id, one, lock->grace.value_or(grace_unknown), now);
}

SteadyTime ProcessOrphans::next_look() const {
  SteadyTime next = SteadyTime::max();
  for (const auto& [id, one] : orphans_) next = std::min(next, one.next_look);
  return next;
}

std::vector<AttemptId> ProcessOrphans::look(SteadyTime now) {
  std::vector<AttemptId> over;
  for (auto one = orphans_.begin(); one != orphans_.end();) {
    if (one->second.next_look > now || !is_over(one->first, one->second, now)) {
      ++one;
      continue;
    }
    remove_attempt_files(attempt_files(run_folder_, one->first));
    if (groups_ != nullptr) groups_->remove(one->first);
    if (one->second.is_watched) over.push_back(one->first);
    one = orphans_.erase(one);
  }
  return over;
}

bool ProcessOrphans::is_over(AttemptId id, Orphan& one, SteadyTime now) {
  const std::string path = attempt_files(run_folder_, id).lock;
  const auto lock = look_at_attempt_lock(path);
  if (!lock) return true;
  const bool runs = lock->is_held || (lock->leader && is_member(*lock->leader, id, path));
  if (!runs) {
    if (members(id).empty()) return true;
    if (!one.kill_at) begin_to_end(id, one, lock->grace.value_or(grace_unknown), now);
  }
  if (one.kill_at) {
    if (now >= *one.kill_at) signal_all(id, SIGKILL);
    one.next_look = now + wait_while_ending;
  } else {
    const auto waited = std::chrono::floor<Duration>(now - one.since);
    one.next_look = now + std::clamp<Duration>(waited / 4, wait_min, wait_max);
  }
  return false;
}

void ProcessOrphans::begin_to_end(AttemptId id, Orphan& one, Duration grace, SteadyTime now) {
  one.kill_at = now + grace;
  one.next_look = std::min(one.next_look, now + wait_while_ending);
  signal_all(id, SIGTERM);
  signal_all(id, SIGCONT);  // a stopped process takes no SIGTERM
}

void ProcessOrphans::signal_all(AttemptId id, int signal) const {
  if (signal == SIGKILL && groups_ != nullptr) groups_->kill(id);
  const std::string path = attempt_files(run_folder_, id).lock;
  for (const pid_t pid : members(id)) {
    signal_if(pid, signal, [&] { return is_member(pid, id, path); });
  }
}

std::vector<pid_t> ProcessOrphans::members(AttemptId id) const {
  const std::string path = attempt_files(run_folder_, id).lock;
  std::vector<pid_t> out;
  for (const pid_t pid : all_processes()) {
    if (is_member(pid, id, path)) out.push_back(pid);
  }
  return out;
}

bool ProcessOrphans::is_member(pid_t pid, AttemptId id, const std::string& lock) const {
  if (pid == ::getpid()) return false;
  if (marker_.attempt_of(pid) != id && !holds_attempt_lock(pid, lock)) return false;
  const auto facts = facts_of(pid);
  return facts && !facts->has_ended;
}

}  // namespace upkeep
