// A dimension made concrete: its values, in order, with the text of each field.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/zone.h"
#include "coverage/date_form.h"
#include "coverage/rows.h"
#include "model/collection.h"

namespace upkeep {

/// The number of no value of an axis.
inline constexpr std::uint64_t no_value = ~std::uint64_t{0};

/// One field of a value in the form in which it is compared.
struct Cell {
  std::uint64_t number = 0;  ///< a number; of a date its civil minutes since 1970, see date_form.h
  std::string_view text;     ///< a text
};

/// Dates and numbers are computed, never stored; lists and tables are looked up. A table
/// gives one value for each different combination of its fields, in the order of the rows
/// in which they first stand; a repeated row counts once.
class Axis {
 public:
  virtual ~Axis() = default;
  virtual std::uint64_t size() const = 0;
  /// The fields that a value gives, in the order of `find`.
  std::span<const std::string> fields() const { return fields_; }
  virtual FieldType type(std::size_t field) const = 0;
  /// A text stays valid as long as the axis.
  virtual Cell cell(std::uint64_t value, std::size_t field) const = 0;
  /// The value with exactly these cells, one for each field, or no_value. Not an optional: it
  /// comes back through memory, for which each key would have to wait.
  virtual std::uint64_t find_cells(std::span<const Cell>) const = 0;

  /// Appends the canonical text of one field: 2025-10-21, 2025-10-21T14:30Z, 7, pbp.
  void append_text(std::uint64_t value, std::size_t field, std::string& out) const;
  std::string text(std::uint64_t value, std::size_t field) const;
  /// The value whose fields have exactly these canonical texts.
  std::optional<std::uint64_t> find(std::span<const std::string_view> texts) const;
  /// The cell of a canonical text; nothing when it is none of the field's type.
  std::optional<Cell> parse(std::size_t field, std::string_view text) const;
  /// Do its dates have a time of day (steps under a day)?
  virtual bool has_clock() const { return false; }

  /// The smallest and the largest number of a field; of a text, its length in bytes.
  struct Extent {
    std::uint64_t least = 0, most = 0;
  };
  virtual Extent extent(std::size_t field) const = 0;
  /// For fields of type date.
  virtual DateShape date_shape(std::size_t field) const;

  /// The range with fixed bounds that has the same values; nothing for lists, tables and
  /// axes without values.
  virtual std::optional<std::variant<DateRange, NumberRange>> range() const { return {}; }

  /// Begin of a value of the time dimension; its end is the begin of the next step.
  virtual Time start(std::uint64_t value) const;
  virtual Time end(std::uint64_t value) const;
  /// A number from a further column of a table (expect.count.min).
  virtual std::uint64_t number(std::uint64_t value, std::string_view column) const;

 protected:
  explicit Axis(std::vector<std::string> fields) : fields_(std::move(fields)) {}

 private:
  std::vector<std::string> fields_;
};

using AxisPtr = std::shared_ptr<const Axis>;

/// What is needed beyond the configuration to make axes: the day, and the rows of tables.
struct Surroundings {
  Time now;
  Zone zone;
  /// By dimension name, as read from its table.
  std::map<std::string, std::shared_ptr<const Rows>> tables;
  /// Of these dimensions, what was made of their tables before; it is used instead.
  std::map<std::string, AxisPtr> axes{};
};

/// An error names the dimension and, for a table, the row.
Result<AxisPtr> make_axis(const Dimension&, const Surroundings&);

}  // namespace upkeep
