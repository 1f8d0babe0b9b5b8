#include "sim/transcript.h"

#include <chrono>

#include "base/text.h"

namespace upkeep::sim {
namespace {

void append_moment(std::string& out, Time time) {
  using namespace std::chrono;
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<seconds>(time - day));
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
                 static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                 static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(),
                 clock.seconds().count());
}

}  // namespace

std::string to_moment(Time time) {
  std::string out;
  append_moment(out, time);
  return out;
}

std::string to_moment(Time time, Time from) {
  using namespace std::chrono;
  const bool same_day = floor<days>(time) == floor<days>(from);
  return same_day ? to_moment(time).substr(11) : to_moment(time);
}

void Transcript::begin(Time at, std::string_view actor) {
  current_.clear();
  append_moment(current_, at);
  fmt::format_to(std::back_inserter(current_), "  {:<10} ", actor);
}

void Transcript::end() {
  hash_ = hash_of(current_, hash_);
  ++lines_;
  if (sink_) sink_(current_);
  if (kept_ == 0) return;
  if (tail_.size() == kept_) {
    tail_.front().swap(current_);  // reuses the memory of the line that goes
    tail_.push_back(std::move(tail_.front()));
    tail_.pop_front();
  } else {
    tail_.push_back(current_);
  }
}

}  // namespace upkeep::sim
