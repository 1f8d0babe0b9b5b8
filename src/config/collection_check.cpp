// What single keys cannot know: whether those of one collection fit each other.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "config/collections.h"
#include "config/fields.h"
#include "config/forms.h"
#include "coverage/selector.h"
#include "coverage/space.h"

namespace upkeep {
namespace {

class Checker {
 public:
  Checker(Reader& reader, const Place& place, Collection& collection)
      : reader_(reader), place_(place), collection_(collection) {}

  void check() {
    check_values();
    if (!sound("dimensions")) return;
    check_fields();
    choose_time();
    if (!sound("dimensions")) return;
    fields_ = fields_of(collection_);
    if (sound("expect")) check_expectations();
    if (sound("priority")) check_rules();
    if (sound("key") && place_.has("key")) check_key();
  }

 private:
  bool sound(std::string_view key) const { return reader_.is_sound(place_.at(key).path); }
  Place dimension(const Dimension& dimension) const {
    return place_.at("dimensions").at(dimension.name);
  }

  void check_fields() {
    std::set<std::string> names;
    for (const Dimension& one : collection_.dimensions) {
      for (const auto& [name, type] : fields_of(one)) {
        if (name == "age" || name == "_") {
          reader_.error(dimension(one), fmt::format("a field cannot be named `{}`, which has a "
                                                    "meaning of its own in {}",
                                                    name, name == "_" ? "keys" : "rules"));
        } else if (!names.insert(name).second) {
          reader_.error(dimension(one),
                        fmt::format("another field of the collection is named `{}`, too", name));
        }
      }
    }
  }

  /// The dimension that is marked, else the only one with dates.
  void choose_time() {
    std::vector<Dimension*> marked, dated;
    for (Dimension& one : collection_.dimensions) {
      if (one.time) marked.push_back(&one);
      // `time: false` is a choice, too.
      if (has_dates(one) && !dimension(one).has("time")) dated.push_back(&one);
    }
    if (marked.empty() && dated.empty() && needs_time()) {
      for (Dimension& one : collection_.dimensions) {
        if (take_date_by_name(one)) dated.push_back(&one);
      }
    }
    if (marked.size() > 1) {
      reader_.error(dimension(*marked[1]).at("time"),
                    fmt::format("`{}` gives the time already", marked[0]->name));
    }
    if (marked.empty() && dated.size() == 1) dated[0]->time = true;
    has_time_ = !marked.empty() || dated.size() == 1;
    many_dates_ = dated.size() > 1;
  }

  bool needs_time() const {
    const Expect& expect = collection_.expect;
    return expect.settled_after || expect.available_after != Duration{} ||
           std::ranges::any_of(collection_.priority, asks_age);
  }
  static bool asks_age(const PriorityRule& rule) {
    return std::ranges::any_of(rule.condition.terms,
                               [](const Term& term) { return term.field == "age"; });
  }

  /// Where a time is needed, a column that is named `date` and has no type must be one.
  bool take_date_by_name(Dimension& one) const {
    auto* table = std::get_if<Table>(&one.source);
    if (table == nullptr || dimension(one).has("time")) return false;
    const Place fields = dimension(one).at("fields");
    for (std::size_t n = 0; n < table->fields.size(); ++n) {
      const bool typed = fields.node->kind == Node::Kind::list &&
                         fields.item(n).node->kind == Node::Kind::map && fields.item(n).has("type");
      if (table->fields[n].name != "date" || typed) continue;
      table->fields[n].type = FieldType::date;
      return true;
    }
    return false;
  }

  std::string no_time(std::string_view what) const {
    if (many_dates_) {
      return fmt::format(
          "{} needs to know which dimension gives the time; mark one with "
          "`time: true`",
          what);
    }
    const bool table = std::ranges::any_of(collection_.dimensions, [](const Dimension& one) {
      return std::holds_alternative<Table>(one.source);
    });
    return fmt::format("{} needs a dimension with dates{}", what,
                       table ? "; of a table, a field like `{name: day, type: date}`" : "");
  }

  /// Each dimension by itself. Tables are read later, and `today` is any day here.
  void check_values() {
    for (const Dimension& one : collection_.dimensions) {
      const Place place = dimension(one);
      if (const auto* list = std::get_if<ValueList>(&one.source)) check_repeats(place, *list);
      if (!reader_.is_sound(place.path) || std::holds_alternative<Table>(one.source)) continue;
      const auto axis = make_axis(one, surroundings());
      if (!axis) wrong_values(place, one.name, axis.error().text);
    }
  }

  void check_repeats(const Place& place, const ValueList& list) {
    std::set<std::string_view> values;
    for (std::size_t n = 0; n < list.values.size(); ++n) {
      if (list.values[n].empty() || values.insert(list.values[n]).second) continue;
      reader_.error(place.item(n), fmt::format("`{}` stands in the list already", list.values[n]));
    }
  }

  /// An axis says where it is wrong: "dimension `kind`, value 2: …". The place says it better.
  void wrong_values(const Place& place, const std::string& name, std::string_view text) {
    const std::string dimension = fmt::format("dimension `{}`", name);
    const std::size_t colon = text.find(": ");
    if (!text.starts_with(dimension) || colon == text.npos) {
      return reader_.error(place, std::string(text));
    }
    std::string_view where = text.substr(0, colon).substr(dimension.size());
    const std::string what(text.substr(colon + 2));
    constexpr std::string_view value = ", value ";
    if (where.starts_with(value)) where.remove_prefix(value.size());
    const auto number = parse_number(where);
    const bool known = number && *number >= 1 && *number <= place.node->items.size();
    reader_.error(known ? place.item(*number - 1) : place, what);
  }

  void check_expectations() {
    const Place expect = place_.at("expect");
    for (const char* key : {"settled_after", "available_after"}) {
      if (expect.node != place_.node && expect.has(key) && !has_time_) {
        reader_.error(expect.at(key), no_time(fmt::format("`{}`", key)));
      }
    }
    if (!collection_.expect.count) return;
    const std::string& column = collection_.expect.count->column;
    if (!column.empty()) choose_table(expect.at("count").at("min"), column);
  }

  void choose_table(const Place& min, const std::string& column) {
    std::vector<Table*> tables;
    for (Dimension& one : collection_.dimensions) {
      if (auto* table = std::get_if<Table>(&one.source)) tables.push_back(table);
    }
    if (tables.size() == 1) {
      tables[0]->columns.push_back(column);
    } else {
      reader_.error(min,
                    fmt::format("`{}` would be a column of a table, but the collection has {}; "
                                "expected a whole number",
                                column, tables.empty() ? "none" : "several"));
    }
  }

  void check_rules() {
    const Place rules = place_.at("priority");
    for (std::size_t n = 0; n < collection_.priority.size(); ++n) {
      const Condition& condition = collection_.priority[n].condition;
      if (condition.terms.empty()) continue;
      const Place place = rules.item(n).at("if");
      if (asks_age(collection_.priority[n]) && !has_time_) {
        reader_.error(place, no_time("`age`"));
      } else if (const auto fit = check_condition(condition, fields_, has_time_); !fit) {
        reader_.error_at_column(place, fit.error().text);
      }
    }
  }

  void check_key() {
    const Place place = place_.at("key");
    const auto key = parse_key_template(collection_.key);
    if (!key) return reader_.error_at_column(place, key.error().text);
    if (!check_names(place, *key) || !sound("dimensions") || !sound("expect")) return;
    const auto space = Space::make(collection_, surroundings());
    if (!space) reader_.error_at_column(place, space.error().text);
  }

  /// Does the key hold each dimension, and are its other fields meant to be free?
  bool check_names(const Place& place, const KeyTemplate& key) {
    std::vector<std::string> free;
    const std::vector<std::string> known = names_of(fields_);
    for (const std::string& field : key.fields()) {
      if (std::ranges::find(known, field) == known.end()) free.push_back(field);
    }
    bool good = true;
    for (const Dimension& one : collection_.dimensions) {
      const std::vector<std::string> fields = names_of(fields_of(one));
      const bool held = std::ranges::any_of(key.parts, [&](const KeyPart& part) {
        return part.kind == KeyPart::Kind::field &&
               std::ranges::find(fields, part.text) != fields.end();
      });
      if (held) continue;
      good = false;
      reader_.error(place, missing_field(one, fields, free));
    }
    if (good && collection_.expect.count && free.empty()) {
      reader_.error(place_.at("expect").at("count"),
                    "counts the objects of free fields, but the key has none; write a `{field}` "
                    "without a dimension where anything may stand");
      good = false;
    }
    return good;
  }

  static std::string missing_field(const Dimension& dimension,
                                   const std::vector<std::string>& fields,
                                   const std::vector<std::string>& free) {
    const bool table = std::holds_alternative<Table>(dimension.source);
    if (table && std::ranges::find(free, dimension.name) != free.end()) {
      return fmt::format("`{}` is a dimension, but none of the fields of its table; expected {}",
                         dimension.name, one_of(fields));
    }
    for (const std::string& field : fields) {
      if (const auto misspelt = nearest(field, free)) {
        return fmt::format("nothing gives the field `{{{}}}`; did you mean `{{{}}}`?", *misspelt,
                           field);
      }
    }
    return fmt::format(
        "the key does not tell the values of `{}` apart; add {} in braces, or drop "
        "the dimension",
        dimension.name, one_of(fields));
  }

  /// Enough to check what does not depend on the day or on the rows of a table.
  Surroundings surroundings() const {
    Surroundings around;
    Day today{};
    for (const Dimension& one : collection_.dimensions) {
      if (const auto* table = std::get_if<Table>(&one.source)) {
        std::vector<std::string> columns = table->columns;
        for (const TableField& field : table->fields) columns.push_back(field.name);
        around.tables[one.name] = std::make_shared<Rows>(std::move(columns));
      } else if (const auto* dates = std::get_if<DateRange>(&one.source)) {
        // So that `from: 2015-01-01, to: today` has a value at least.
        for (const DateBound& bound : {dates->from, dates->to}) {
          if (!bound.today) today = std::max(today, bound.day);
        }
      }
    }
    around.now = today;
    return around;
  }

  Reader& reader_;
  const Place& place_;
  Collection& collection_;
  std::vector<Field> fields_;
  bool has_time_ = false, many_dates_ = false;
};

}  // namespace

void check_collection(Reader& reader, const Place& place, Collection& collection) {
  Checker(reader, place, collection).check();
}

}  // namespace upkeep
