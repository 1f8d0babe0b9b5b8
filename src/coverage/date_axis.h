// A range of dates in steps of days, months, or under a day. Nothing is stored but the
// begin of each step of a day or more, because asking a time zone is slow.
#pragma once
#include "coverage/axis.h"

namespace upkeep {

class DateAxis final : public Axis {
 public:
  /// An error names the dimension.
  static Result<AxisPtr> make(const std::string& name, const DateRange&, const Surroundings&);

  std::uint64_t size() const override { return size_; }
  FieldType type(std::size_t) const override { return FieldType::date; }
  Cell cell(std::uint64_t value, std::size_t) const override;
  std::uint64_t find_cells(std::span<const Cell>) const override;
  bool has_clock() const override { return every_.unit == CalendarStep::Unit::length; }
  Extent extent(std::size_t) const override;
  DateShape date_shape(std::size_t) const override;
  std::optional<std::variant<DateRange, NumberRange>> range() const override;
  Time start(std::uint64_t value) const override;
  Time end(std::uint64_t value) const override;

 private:
  DateAxis(const std::string& name, Day from, CalendarStep every);
  /// Of any step, also those behind the last.
  std::int64_t minutes(std::uint64_t value) const;
  std::uint64_t count_up_to(Day to) const;

  Day from_;
  std::chrono::year_month_day first_;
  CalendarStep every_;
  std::int64_t step_ = 1;  ///< minutes, for steps under a day
  std::uint64_t size_ = 0;
  std::vector<Time> starts_;  ///< one more than there are values; none for steps under a day
};

}  // namespace upkeep
