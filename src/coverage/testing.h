// Short ways to write collections in tests.
#pragma once
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "coverage/space.h"

namespace upkeep::testing {

inline Day day(int y, unsigned m, unsigned d) {
  return std::chrono::sys_days{std::chrono::year{y} / std::chrono::month{m} / std::chrono::day{d}};
}

inline Time at(std::string_view text) { return parse_time(text).value(); }

inline DateBound bound(std::string_view date) {
  return {.day = std::chrono::floor<std::chrono::days>(at(std::string(date) + "T00:00:00Z"))};
}

/// Gives the time of its collection.
inline Dimension dates(const std::string& name, std::string_view from, std::string_view to,
                       CalendarStep every = {}) {
  return {name, DateRange{bound(from), bound(to), every}, true};
}

inline Dimension dates_until_today(const std::string& name, std::string_view from,
                                   CalendarStep every = {}) {
  return {name, DateRange{bound(from), {.today = true}, every}, true};
}

inline Dimension numbers(const std::string& name, std::uint64_t from, std::uint64_t to,
                         std::uint64_t every = 1) {
  return {name, NumberRange{from, to, every}, false};
}

inline Dimension list(const std::string& name, std::vector<std::string> values) {
  return {name, ValueList{std::move(values)}, false};
}

inline Dimension table(const std::string& name, std::vector<TableField> fields,
                       std::vector<std::string> columns = {}) {
  bool time = false;
  for (const TableField& field : fields) time = time || field.type == FieldType::date;
  Table made;
  made.fields = std::move(fields);
  made.columns = std::move(columns);
  return {name, std::move(made), time};
}

inline std::shared_ptr<const Rows> rows(std::vector<std::string> columns,
                                        const std::vector<std::vector<std::string_view>>& texts) {
  auto made = std::make_shared<Rows>(std::move(columns));
  for (const auto& row : texts) made->add(row);
  return made;
}

inline Collection collection(const std::string& key, std::vector<Dimension> dimensions) {
  Collection made;
  made.name = "games";
  made.key = key;
  made.dimensions = std::move(dimensions);
  return made;
}

inline SpacePtr make_space(const Collection& from, const Surroundings& around = {}) {
  auto space = Space::make(from, around);
  if (!space) {
    ADD_FAILURE() << space.error().text;
    return nullptr;
  }
  return *space;
}

inline std::string error_of(const Collection& from, const Surroundings& around = {}) {
  const auto space = Space::make(from, around);
  return space ? "" : space.error().text;
}

}  // namespace upkeep::testing
