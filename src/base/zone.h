// Civil dates in a time zone. Days of 23 and 25 hours, skipped and repeated times are
// Abseil's business; this file only says which questions are asked.
#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace upkeep {

using Day = std::chrono::sys_days;  ///< a civil date, without a zone

class Zone {
 public:
  /// UTC.
  Zone();
  /// By IANA name; an error names the zone when the machine does not know it.
  static Result<Zone> load(std::string_view name);

  const std::string& name() const { return name_; }
  Day day_at(Time) const;
  /// The first instant of that civil day.
  Time start_of(Day) const;

 private:
  struct Rules;
  std::string name_ = "UTC";
  std::shared_ptr<const Rules> rules_;
};

}  // namespace upkeep
