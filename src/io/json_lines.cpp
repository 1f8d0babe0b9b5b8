// JSON lines to rows, without building a tree of each line.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/json.h"
#include "base/text.h"
#include "io/table_text.h"

namespace upkeep {
namespace {

constexpr std::size_t line_max = 64u << 20;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// Picks the wanted fields of one object out of what the JSON parser tells.
class Picker final : public nlohmann::json_sax<Json> {
 public:
  explicit Picker(const std::vector<std::string>& columns)
      : columns_(columns), values_(columns.size()) {}

  void begin() {
    depth_ = 0;
    column_.reset();
    flaw_.clear();
    for (auto& value : values_) value.reset();
  }
  const std::string& flaw() const { return flaw_; }
  const std::vector<std::optional<std::string>>& values() const { return values_; }

  bool null() override { return other_value("null"); }
  bool boolean(bool) override { return other_value("true or false"); }
  bool number_integer(number_integer_t number) override { return value(std::to_string(number)); }
  bool number_unsigned(number_unsigned_t number) override { return value(std::to_string(number)); }
  bool number_float(number_float_t, const string_t& text) override { return value(text); }
  bool string(string_t& text) override { return value(std::move(text)); }
  bool binary(binary_t&) override { return other_value("binary"); }
  bool start_object(std::size_t) override { return open("an object"); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open("a list"); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (depth_ != 1) return true;
    const auto found = std::ranges::find(columns_, name);
    column_.reset();
    if (found == columns_.end()) return true;
    column_ = static_cast<std::size_t>(found - columns_.begin());
    if (!values_[*column_]) return true;
    flaw_ = "the field `" + name + "` stands twice";
    return false;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 4: what is wrong"
    const std::string_view what = error.what();
    const std::size_t colon = what.find(": ");
    flaw_ = fmt::format("column {}: no JSON: {}", position,
                        colon == std::string_view::npos ? what : what.substr(colon + 2));
    return false;
  }

 private:
  bool value(std::string text) {
    if (depth_ == 0) return no_object();
    if (depth_ == 1 && column_) values_[*column_] = std::move(text);
    return true;
  }

  bool other_value(std::string_view kind) {
    if (depth_ == 0) return no_object();
    if (depth_ > 1 || !column_) return true;
    flaw_ = fmt::format("the field `{}` must be a string or a number, not {}", columns_[*column_],
                        kind);
    return false;
  }

  bool open(std::string_view kind) {
    if (depth_ == 0 && kind != "an object") return no_object();
    if (depth_ == 1 && !other_value(kind)) return false;
    ++depth_;
    return true;
  }

  bool close() {
    --depth_;
    return true;
  }

  bool no_object() {
    flaw_ = "it must be a JSON object like {\"date\": \"2025-10-21\"}";
    return false;
  }

  const std::vector<std::string>& columns_;
  std::vector<std::optional<std::string>> values_;
  std::size_t depth_ = 0;
  std::optional<std::size_t> column_;  ///< that the value to come belongs to
  std::string flaw_;
};

class JsonLinesParser final : public TableParser {
 public:
  JsonLinesParser(std::vector<std::string> columns, NoRows no_rows)
      : rows_(std::move(columns)),
        no_rows_(no_rows),
        picker_(rows_.columns()),
        wanted_(rows_.columns().size()) {}

  Result<void> take(std::string_view piece) override {
    for (std::size_t end; (end = piece.find('\n')) != piece.npos; piece.remove_prefix(end + 1)) {
      if (line_.empty()) {
        UPKEEP_CHECK(take_line(piece.substr(0, end)));
        continue;
      }
      line_ += piece.substr(0, end);
      UPKEEP_CHECK(take_line(line_));
      line_.clear();
    }
    line_ += piece;
    if (line_.size() <= line_max) return {};
    return fail(fmt::format("line {}: it is longer than 64 MiB", number_ + 1));
  }

  Result<Rows> finish() override {
    UPKEEP_CHECK(take_line(line_));
    if (rows_.size() == 0 && no_rows_ == NoRows::are_an_error) return fail("it has no rows");
    return std::move(rows_);
  }

 private:
  Result<void> take_line(std::string_view line) {
    if (++number_ == 1 && line.starts_with(byte_order_mark)) {
      line.remove_prefix(byte_order_mark.size());
    }
    if (line.find_first_not_of(" \t\r") == line.npos) return {};
    picker_.begin();
    if (!Json::sax_parse(line.begin(), line.end(), &picker_)) {
      return fail(fmt::format("line {}: {}", number_, picker_.flaw()));
    }
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      const auto& value = picker_.values()[i];
      if (!value) return no_such_field(line, rows_.columns()[i]);
      wanted_[i] = *value;
    }
    return rows_.add(wanted_);
  }

  Result<void> no_such_field(std::string_view line, const std::string& field) const {
    UPKEEP_TRY(const Json object, parse_json(line));
    std::vector<std::string> names;
    for (const auto& [name, value] : object.items()) names.push_back(name);
    return fail(fmt::format("line {}: {}", number_, no_such_column("field", field, names)));
  }

  Rows rows_;
  NoRows no_rows_;
  Picker picker_;
  std::vector<std::string_view> wanted_;
  std::string line_;  ///< the beginning of a line whose end is still to come
  std::uint64_t number_ = 0;
};

}  // namespace

std::unique_ptr<TableParser> make_json_lines_parser(std::vector<std::string> columns,
                                                    NoRows no_rows) {
  return std::make_unique<JsonLinesParser>(std::move(columns), no_rows);
}

}  // namespace upkeep
