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

constexpr std::string_view step_pattern = "^[0-9]+(mo|y|w|d|h|m|s)$";
constexpr std::string_view date_pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2}|today([-+][0-9]+[dw])?)$";

template <class T>
Form<std::variant<std::uint64_t, T>> number_or(Form<T> as_text, std::uint64_t min) {
  Form<std::variant<std::uint64_t, T>> form;
  Form<std::uint64_t> as_number = whole_number(min, UINT64_MAX, as_text.shape.expected);
  form.shape.kind = Shape::Kind::any_of;
  form.shape.expected = as_text.shape.expected;
  form.shape.inner = {as_text.shape, as_number.shape};
  form.read = [as_text = std::move(as_text.read), as_number = std::move(as_number.read)](
                  Reader& reader, const Place& place, std::variant<std::uint64_t, T>& value) {
    if (place.node->is_number()) {
      as_number(reader, place, value.template emplace<0>());
    } else {
      as_text(reader, place, value.template emplace<1>());
    }
  };
  return form;
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
  Form<std::string> name = text("the name of a column");
  Form<TableField> form;
  form.shape.kind = Shape::Kind::any_of;
  form.shape.expected = "a field like `date`, or `{name: game, type: number}`";
  form.shape.inner = {name.shape, whole.shape};
  form.read = [shape = form.shape, name = std::move(name.read), whole = std::move(whole.read)](
                  Reader& reader, const Place& place, TableField& field) {
    switch (place.node->kind) {
      case Node::Kind::scalar:
        return name(reader, place, field.name);
      case Node::Kind::map:
        return whole(reader, place, field);
      case Node::Kind::list:
        return reader.unexpected(place, shape.expected);
    }
  };
  return form;
}

struct TableText {
  Table table;
  std::string path, query;
  std::optional<Table::Format> format;
  std::vector<TableField> fields;
  bool time = false;
};

Form<TableText> table() {
  return record<TableText>(
      "a table like `{table: schedule.csv, fields: [season, date, game]}`",
      {
          required(key("table", &TableText::path, path("a path like `schedule.csv`"),
                       "The file. It is read anew at each reconcile.")),
          key("format", &TableText::format,
              word<Table::Format>("`csv`, `json_lines` or `sqlite`",
                                  {{"csv", Table::Format::csv},
                                   {"json_lines", Table::Format::json_lines},
                                   {"sqlite", Table::Format::sqlite}}),
              "Not needed when the file ends in .csv, .jsonl, .ndjson, .db, .sqlite or .sqlite3."),
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

std::optional<Table::Format> format_of(std::string_view path) {
  for (const auto& [ending, format] :
       {std::pair{".csv", Table::Format::csv}, std::pair{".jsonl", Table::Format::json_lines},
        std::pair{".ndjson", Table::Format::json_lines}, std::pair{".db", Table::Format::sqlite},
        std::pair{".sqlite", Table::Format::sqlite},
        std::pair{".sqlite3", Table::Format::sqlite}}) {
    if (path.ends_with(ending)) return format;
  }
  return {};
}

void make_table(Reader& reader, const Place& place, TableText& text, Dimension& dimension) {
  Table table;
  table.path = text.path;
  table.query = text.query;
  table.fields = std::move(text.fields);
  if (table.fields.empty()) table.fields = {{dimension.name, FieldType::text}};
  const auto format = text.format ? text.format : format_of(table.path);
  if (format) {
    table.format = *format;
  } else if (!table.path.empty()) {
    reader.error(place.at("table"),
                 "the format does not show from the end of the name; add `format`: `csv`, "
                 "`json_lines` or `sqlite` (this version reads no others)");
  }
  const bool asks = table.format == Table::Format::sqlite;
  if (asks && table.query.empty()) {
    reader.error(place.at("query"),
                 "missing; expected a query like `select date, game from games`");
  } else if (!asks && !table.query.empty() && format) {
    reader.error(place.at("query"), "only SQLite files take a query");
  }
  dimension.source = std::move(table);
  dimension.time = text.time;
  if (text.time && !has_dates(dimension)) {
    reader.error(place.at("time"),
                 "none of its fields is a date; write `fields: [{name: date, type: date}]`");
  }
}

/// Which values a dimension has, by what stands there.
class DimensionForm {
 public:
  Shape shape() const {
    Shape shape;
    shape.kind = Shape::Kind::any_of;
    shape.expected = expected_;
    shape.inner = {list_.shape, range_.shape, table_.shape};
    return shape;
  }

  void read(Reader& reader, const Place& place, Dimension& dimension) const {
    if (place.node->kind == Node::Kind::list) {
      list_.read(reader, place, dimension.source.emplace<ValueList>().values);
    } else if (place.node->kind != Node::Kind::map) {
      reader.unexpected(place, expected_);
    } else if (place.has("table") || place.has("fields") || place.has("query")) {
      TableText text;
      table_.read(reader, place, text);
      // What is read is kept in any case: the key and the rules can be checked against it.
      make_table(reader, place, text, dimension);
    } else {
      read_range(reader, place, dimension);
    }
  }

 private:
  void read_range(Reader& reader, const Place& place, Dimension& dimension) const {
    Range range;
    range_.read(reader, place, range);
    if (!reader.is_sound(place.path)) return;
    dimension.time = range.time;
    if (std::holds_alternative<DateBound>(range.from)) {
      make_dates(reader, place, range, dimension.source.emplace<DateRange>());
    } else {
      make_numbers(reader, place, range, dimension.source.emplace<NumberRange>());
    }
  }

  std::string expected_ = "a range `{from: …, to: …}`, a list `[a, b]` or a table `{table: …}`";
  Form<std::vector<std::string>> list_ = list_of("a list like `[a, b]`", scalar("a value"), 1);
  Form<Range> range_ = range();
  Form<TableText> table_ = table();
};

}  // namespace

Form<std::vector<Dimension>> dimensions() {
  const DimensionForm one;
  Form<Dimension> form;
  form.shape = one.shape();
  form.read = [one](Reader& reader, const Place& place, Dimension& dimension) {
    one.read(reader, place, dimension);
  };
  return named<Dimension>("a map of dimensions by name", std::move(form));
}

}  // namespace upkeep
