#include "sim/transcript.h"

#include <chrono>

#include "base/digits.h"
#include "base/text.h"

namespace upkeep::sim {
namespace {

void append_moment(std::string& out, Time time) {
  using namespace std::chrono;
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  append_digits(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  append_digits(out += '-', static_cast<unsigned>(date.month()), 2);
  append_digits(out += '-', static_cast<unsigned>(date.day()), 2);
  const auto second = static_cast<unsigned>(floor<seconds>(time - day).count());
  append_digits(out += ' ', second / 3600, 2);
  append_digits(out += ':', second / 60 % 60, 2);
  append_digits(out += ':', second % 60, 2);
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
