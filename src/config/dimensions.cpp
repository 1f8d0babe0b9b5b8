#include "config/dimensions.h"

#include <fmt/format.h>

#include "base/text.h"
#include "config/fields.h"
#include "config/forms.h"

namespace upkeep {
namespace {

/// One end of a range, before the other end has said what it is a range of.
using Bound = std::variant<std::uint64_t, DateBound>;
using Step = std::variant<std::uint64_t, CalendarStep>;

constexpr std::string_view step_pattern = "^([0-9]+(mo|y)|([0-9]+(w|d|h|m|s))+)$";
constexpr std::string_view date_pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2}|today([-+][0-9]+[dw])?)$";

template <class T>
Form<std::variant<std::uint64_t, T>> number_or(Form<T> as_text, std::uint64_t min) {
  using Value = std::variant<std::uint64_t, T>;
  const std::string expected = as_text.shape.expected;
  return any_of<Value>(
      expected,
      {converted<Value, std::uint64_t>(
           whole_number(min, UINT64_MAX, expected),
           [](Reader&, const Place&, std::uint64_t& number, Value& value) { value = number; }),
       converted<Value, T>(std::move(as_text), [](Reader&, const Place&, T& read,
                                                  Value& value) { value = std::move(read); })},
      [](const Node& node) { return node.is_number() ? 0 : 1; });
}

struct Range {
  Bound from, to;
  std::optional<Step> every;
  bool time = false;
};

Form<Range> range() {
  const auto bound = [] {
    return number_or(parsed<DateBound>("a date like 2015-01-01 or `today`, or a whole number",
                                       std::string(date_pattern), parse_date_bound),
                     0);
  };
  return record<Range>(
      "a range like `{from: 2015-01-01, to: today}`",
      {
          required(key("from", &Range::from, bound(),
                       "The first value: a date like 2015-01-01, `today`, `today-30d`, or a "
                       "number.")),
          required(key("to", &Range::to, bound(), "The last value; it belongs to the range.")),
          key("every", &Range::every,
              number_or(parsed<CalendarStep>(
                            "a step like 1d, 1w, 1mo, 1y, 1h or 15m, or of numbers a whole one",
                            std::string(step_pattern), parse_step),
                        1),
              "The step: 1d, 1w, 1mo, 1y, or a part of a day like 1h or 15m; of numbers a number. "
              "One day, or 1, when it is not set."),
          key("time", &Range::time, flag(),
              "Gives the time of a partition. Not needed when it is the only dimension with "
              "dates."),
      });
}

void make_dates(Reader& reader, const Place& place, const Range& range, DateRange& dates) {
  const auto* to = std::get_if<DateBound>(&range.to);
  if (to == nullptr) {
    reader.unexpected(place.at("to"), "a date, like `from`");
    return;
  }
  dates.from = std::get<DateBound>(range.from);
  dates.to = *to;
  if (range.every) {
    if (const auto* step = std::get_if<CalendarStep>(&*range.every)) {
      dates.every = *step;
    } else {
      reader.unexpected(place.at("every"), "a step like 1d, because `from` is a date");
    }
  }
  if (dates.from.today && dates.to.today && dates.from.days > dates.to.days) {
    reader.error(place.at("to"), "`to` is before `from`");
  }
  const bool one_day = dates.every.unit == CalendarStep::Unit::length ||
                       (dates.every.unit == CalendarStep::Unit::days && dates.every.count == 1);
  if (dates.from.today && !one_day) {
    reader.error(place.at("every"),
                 "steps of more than a day need a fixed `from`: counted from `today`, all "
                 "partitions would be others tomorrow");
  }
}

void make_numbers(Reader& reader, const Place& place, const Range& range, NumberRange& numbers) {
  const auto* to = std::get_if<std::uint64_t>(&range.to);
  if (to == nullptr) {
    reader.unexpected(place.at("to"), "a whole number, like `from`");
    return;
  }
  numbers.from = std::get<std::uint64_t>(range.from);
  numbers.to = *to;
  if (range.every) {
    if (const auto* step = std::get_if<std::uint64_t>(&*range.every)) {
      numbers.every = *step;
    } else {
      reader.unexpected(place.at("every"), "a whole number, because `from` is a number");
    }
  }
  if (range.time) reader.error(place.at("time"), "numbers give no time; only dates do");
}

Form<TableField> table_field() {
  Form<TableField> whole = record<TableField>(
      "a field like `{name: game, type: number}`",
      {
          required(key("name", &TableField::name, text("the name of a column"),
                       "The field, and the column of the table with the same name.")),
          key("type", &TableField::type,
              word<FieldType>("`text`, `number` or `date`", {{"text", FieldType::text},
                                                             {"number", FieldType::number},
                                                             {"date", FieldType::date}}),
              "How values are compared and written: as text (leading zeros stay), as numbers, as "
              "dates like 2025-10-21."),
      });
  Form<TableField> name = converted<TableField, std::string>(
      text("the name of a column"), [](Reader&, const Place&, std::string& column,
                                       TableField& field) { field.name = std::move(column); });
  return any_of<TableField>("a field like `date`, or `{name: game, type: number}`",
                            {std::move(name), std::move(whole)},
                            [](const Node& node) -> std::optional<std::size_t> {
                              if (node.kind == Node::Kind::list) return {};
                              return node.kind == Node::Kind::scalar ? 0 : 1;
                            });
}

/// The file, or the collection whose objects hold the rows.
struct RowsText {
  std::string path, collection;
};

Form<RowsText> rows_text() {
  using Text = std::string;
  return any_of<RowsText>(
      "a path like `schedule.csv`, or `{collection: schedules}`",
      {converted<RowsText, Text>(
           path("a path like `schedule.csv`"),
           [](Reader&, const Place&, Text& path, RowsText& rows) { rows.path = std::move(path); }),
       record<RowsText>("a collection like `{collection: schedules}`",
                        {required(key("collection", &RowsText::collection,
                                      text("the name of a collection in `collections`"),
                                      "The collection whose objects hold the rows: what it "
                                      "brings is expected here."))})},
      [](const Node& node) -> std::optional<std::size_t> {
        if (node.kind == Node::Kind::list) return {};
        return node.kind == Node::Kind::scalar ? 0 : 1;
      });
}

struct TableText {
  RowsText rows;
  std::string query;
  std::optional<Table::Format> format;
  std::vector<TableField> fields;
  bool time = false;
};

Form<TableText> table() {
  return record<TableText>(
      "a table like `{table: schedule.csv, fields: [season, date, game]}`",
      {
          required(key("table", &TableText::rows, rows_text(),
                       "The file, or a collection whose objects hold the rows. What changed in it "
                       "counts from the next reconcile on.")),
          key("format", &TableText::format,
              word<Table::Format>("`csv`, `json_lines`, `parquet` or `sqlite`",
                                  {{"csv", Table::Format::csv},
                                   {"json_lines", Table::Format::json_lines},
                                   {"parquet", Table::Format::parquet},
                                   {"sqlite", Table::Format::sqlite}}),
              "Not needed when the file, or the collection's key, ends in .csv, .jsonl, .ndjson, "
              ".parquet, .db, .sqlite or "
              ".sqlite3."),
          key("fields", &TableText::fields,
              list_of("a list of columns like `[season, date, game]`", table_field(), 1),
              "The columns that give fields; the one that is named like the dimension when it is "
              "not set."),
          key("query", &TableText::query, text("a query like `select date, game from games`"),
              "Of SQLite files only, and needed there: what gives the rows."),
          key("time", &TableText::time, flag(),
              "Its first field of type date gives the time of a partition. Not needed when it is "
              "the only dimension with dates."),
      });
}

}  // namespace

std::optional<Table::Format> table_format_of(std::string_view path) {
  for (const auto& [ending, format] :
       {std::pair{".csv", Table::Format::csv}, std::pair{".jsonl", Table::Format::json_lines},
        std::pair{".ndjson", Table::Format::json_lines},
        std::pair{".parquet", Table::Format::parquet}, std::pair{".db", Table::Format::sqlite},
        std::pair{".sqlite", Table::Format::sqlite},
        std::pair{".sqlite3", Table::Format::sqlite}}) {
    if (path.ends_with(ending)) return format;
  }
  return {};
}

namespace {

void take_table(Reader& reader, const Place& place, TableText& text, Dimension& dimension) {
  Table table;
  table.path = text.rows.path;
  table.collection = text.rows.collection;
  table.query = text.query;
  table.fields = std::move(text.fields);
  if (table.fields.empty()) table.fields = {{dimension.name, FieldType::text}};
  const auto format = text.format ? text.format : table_format_of(table.path);
  if (format) {
    table.format = *format;
  } else if (!table.path.empty()) {
    reader.error(place.at("table"),
                 "the format does not show from the end of the name; add `format`: `csv`, "
                 "`json_lines`, `parquet` or `sqlite` (this version reads no others)");
  }
  const bool asks = table.format == Table::Format::sqlite;
  if (asks && table.query.empty()) {
    reader.error(place.at("query"),
                 "missing; expected a query like `select date, game from games`");
  } else if (!asks && !table.query.empty() && (format || table.is_chained())) {
    reader.error(place.at("query"), "only SQLite files take a query");
  }
  dimension.source = std::move(table);
  dimension.time = text.time;
  if (text.time && !has_dates(dimension)) {
    reader.error(place.at("time"),
                 "none of its fields is a date; write `fields: [{name: date, type: date}]`");
  }
}

void take_range(Reader& reader, const Place& place, Range& range, Dimension& dimension) {
  if (!reader.is_sound(place.path)) return;
  dimension.time = range.time;
  if (std::holds_alternative<DateBound>(range.from)) {
    make_dates(reader, place, range, dimension.source.emplace<DateRange>());
  } else {
    make_numbers(reader, place, range, dimension.source.emplace<NumberRange>());
  }
}

void take_list(Reader&, const Place&, std::vector<std::string>& values, Dimension& dimension) {
  dimension.source = ValueList{std::move(values)};
}

}  // namespace

Form<std::vector<Dimension>> dimensions() {
  using Values = std::vector<std::string>;
  const auto choose = [](const Node& node) -> std::optional<std::size_t> {
    if (node.kind == Node::Kind::scalar) return {};
    if (node.kind == Node::Kind::list) return 0;
    for (const char* key : {"table", "fields", "query", "format"}) {
      if (node.find(key) != nullptr) return 2;
    }
    return 1;
  };
  return named<Dimension>(
      "a map of dimensions by name",
      any_of<Dimension>("a range `{from: …, to: …}`, a list `[a, b]` or a table `{table: …}`",
                        {converted<Dimension, Values>(
                             list_of("a list like `[a, b]`", scalar("a value"), 1), take_list),
                         converted<Dimension, Range>(range(), take_range),
                         converted<Dimension, TableText>(table(), take_table)},
                        choose));
}

}  // namespace upkeep
