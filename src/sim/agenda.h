// What is going to happen in the pretend world, in the order of time and, at one moment, in
// the order in which it was arranged.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "base/time.h"

namespace upkeep::sim {

class Agenda {
 public:
  using Happening = std::function<void()>;

  void at(Time when, Happening happening) {
    entries_.emplace(std::pair{when, ++sequence_}, std::move(happening));
  }
  bool empty() const { return entries_.empty(); }
  /// Time::max() when nothing is arranged.
  Time next() const { return entries_.empty() ? Time::max() : entries_.begin()->first.first; }
  /// Takes the next happening out.
  Happening take() {
    Happening happening = std::move(entries_.begin()->second);
    entries_.erase(entries_.begin());
    return happening;
  }
  /// Everything happens that much later: the machine slept.
  void postpone(Duration by) {
    std::map<std::pair<Time, std::uint64_t>, Happening> later;
    for (auto& [key, happening] : entries_) {
      later.emplace_hint(later.end(), std::pair{key.first + by, key.second}, std::move(happening));
    }
    entries_ = std::move(later);
  }

 private:
  std::map<std::pair<Time, std::uint64_t>, Happening> entries_;
  std::uint64_t sequence_ = 0;
};

}  // namespace upkeep::sim
