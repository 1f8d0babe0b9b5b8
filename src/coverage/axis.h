// A dimension made concrete: its values, in order, with the text of each field.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/zone.h"
#include "coverage/rows.h"
#include "model/collection.h"

namespace upkeep {

/// Dates and numbers are computed, never stored; lists and tables are looked up.
class Axis {
 public:
  virtual ~Axis() = default;
  virtual std::uint64_t size() const = 0;
  /// The fields that a value gives, in the order of `find`.
  std::span<const std::string> fields() const { return fields_; }
  virtual FieldType type(std::size_t field) const = 0;
  /// Appends the canonical text of one field: 2025-10-21, 7, pbp.
  virtual void append_text(std::uint64_t value, std::size_t field, std::string& out) const = 0;
  std::string text(std::uint64_t value, std::size_t field) const;
  /// The value whose fields have exactly these canonical texts.
  virtual std::optional<std::uint64_t> find(std::span<const std::string_view> texts) const = 0;
  /// Begin of a value of the time dimension; its end is the begin of the next step.
  virtual Time start(std::uint64_t value) const = 0;
  virtual Time end(std::uint64_t value) const = 0;
  /// A number from a further column of a table (expect.count.min).
  virtual std::uint64_t number(std::uint64_t value, std::string_view column) const = 0;

 protected:
  explicit Axis(std::vector<std::string> fields) : fields_(std::move(fields)) {}

 private:
  std::vector<std::string> fields_;
};

/// What is needed beyond the configuration to make axes: the day, and the rows of tables.
struct Surroundings {
  Time now;
  Zone zone;
  /// By dimension name, as read from its table.
  std::map<std::string, std::shared_ptr<const Rows>> tables;
};

/// An error names the dimension and, for a table, the row.
Result<std::shared_ptr<const Axis>> make_axis(const Dimension&, const Surroundings&);

}  // namespace upkeep
