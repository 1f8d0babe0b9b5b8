// A declared set of expected objects in one store: a key template over dimensions.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "base/zone.h"
#include "model/calendar.h"
#include "model/condition.h"
#include "model/priority.h"
#include "model/store.h"
#include "model/valid.h"

namespace upkeep {

/// The position of a collection in Config::collections.
using CollectionId = Id<struct CollectionTag>;
/// The position of a collector in Config::collectors.
using CollectorId = Id<struct CollectorTag>;

/// A calendar step. Weeks are 7 days; under a day `length` counts and dates run in UTC.
struct CalendarStep {
  enum class Unit : std::uint8_t { length, days, months };
  Unit unit = Unit::days;
  std::int64_t count = 1;  ///< of days or months (a year is 12)
  Duration length{};       ///< for Unit::length: under a day, and a divisor of a day
};

/// A fixed date, or so many days from today.
struct DateBound {
  bool today = false;
  std::int64_t days = 0;  ///< added to today
  Day day{};              ///< when not `today`
};

/// Both ends are included. With steps under a day, all steps of both days.
struct DateRange {
  DateBound from, to;
  CalendarStep every;
};

/// from, from + every, … up to and including `to`.
struct NumberRange {
  std::uint64_t from = 0, to = 0, every = 1;
};

/// The written values, all different, in the order of the configuration.
struct ValueList {
  std::vector<std::string> values;
};

enum class FieldType : std::uint8_t { text, number, date };

struct TableField {
  std::string name;  ///< the field, and the column of the same name
  FieldType type = FieldType::text;
};

struct Table {
  enum class Format : std::uint8_t { csv, json_lines, parquet, sqlite };
  Format format = Format::csv;
  std::string path;   ///< absolute
  std::string query;  ///< SQLite only
  std::vector<TableField> fields;
  std::vector<std::string> columns{};  ///< further columns that are read: those named by `count`
  std::string collection{};            ///< whose objects hold the rows, instead of a file

  bool is_chained() const { return !collection.empty(); }
};

/// One axis of a collection. A table may give several fields at once; every other axis
/// gives the one field that it is named after.
struct Dimension {
  std::string name;
  std::variant<DateRange, NumberRange, ValueList, Table> source;
  bool time = false;  ///< gives the time of a partition (marked, or the only date)
};

/// At least `min` objects for each combination of the enumerated fields.
struct Count {
  std::uint64_t min = 1;
  std::string column;  ///< a column of a table that holds the number instead, when not empty
};

struct Expect {
  std::optional<std::uint64_t> min_size;  ///< bytes; smaller is undersized
  std::optional<Duration> settled_after;  ///< written before end + this: stale once that has passed
  std::optional<Duration> max_age;        ///< older than this is stale, for ever again
  Duration available_after{};             ///< expected from its end plus this
  std::optional<double> completeness;     ///< a smaller share of good partitions is an incident
  std::optional<Count> count;             ///< for keys with free fields
  std::optional<Valid> valid;             ///< what the bytes of each object must be
};

struct PriorityRule {
  Condition condition;
  Priority then = Priority::medium;
};

struct Collection {
  std::string name;
  StoreId store;
  std::string key;  ///< the key template, as written
  std::vector<Dimension> dimensions;
  Expect expect;
  std::map<std::string, std::string> labels;
  std::vector<PriorityRule> priority;  ///< the first that fits decides; MEDIUM when none does
  double weight = 1.0;
  std::optional<std::uint64_t> max_tasks;  ///< attempts at once
  std::optional<Deadline> by;
  std::optional<CollectorId> collector;
};

}  // namespace upkeep
