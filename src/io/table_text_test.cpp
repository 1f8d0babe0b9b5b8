// CSV and JSON lines, cut anywhere.
#include "io/table_text.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

namespace upkeep {
namespace {

using Make = std::unique_ptr<TableParser> (*)(std::vector<std::string>, NoRows);
using Texts = std::vector<std::vector<std::string>>;

/// Feeds the text in pieces of `step` bytes.
Result<Rows> parse(Make make, std::vector<std::string> columns, std::string_view text,
                   std::size_t step) {
  const auto parser = make(std::move(columns), NoRows::are_an_error);
  while (!text.empty()) {
    UPKEEP_CHECK(parser->take(text.substr(0, step)));
    text.remove_prefix(std::min(step, text.size()));
  }
  return parser->finish();
}

Texts texts_of(const Rows& rows) {
  Texts texts;
  for (std::uint64_t row = 0; row < rows.size(); ++row) {
    auto& values = texts.emplace_back();
    for (std::size_t i = 0; i < rows.columns().size(); ++i) values.emplace_back(rows.at(row, i));
  }
  return texts;
}

/// The rows or, as one row of one text, the error; the same however the text is cut.
Texts read(Make make, const std::vector<std::string>& columns, std::string_view text) {
  const auto whole = parse(make, columns, text, text.size() + 1);
  for (const std::size_t step : {1, 2, 3, 7}) {
    const auto cut = parse(make, columns, text, step);
    EXPECT_EQ(cut.has_value(), whole.has_value());
    if (cut && whole) {
      EXPECT_EQ(texts_of(*cut), texts_of(*whole));
    } else if (!cut && !whole) {
      EXPECT_EQ(cut.error().text, whole.error().text);
    }
  }
  if (!whole) return {{whole.error().text}};
  return texts_of(*whole);
}

Texts csv(const std::vector<std::string>& columns, std::string_view text) {
  return read(make_csv_parser, columns, text);
}
Texts json(const std::vector<std::string>& columns, std::string_view text) {
  return read(make_json_lines_parser, columns, text);
}

TEST(Csv, the_wanted_columns_are_kept_in_their_order) {
  EXPECT_EQ(csv({"game", "date"}, "date,team,game\n2025-10-21,LAL,007\n2025-10-22,BOS,8\n"),
            (Texts{{"007", "2025-10-21"}, {"8", "2025-10-22"}}));
}

TEST(Csv, lines_may_end_with_crlf_and_the_last_one_not_at_all) {
  EXPECT_EQ(csv({"a", "b"}, "a,b\r\n1,2\r\n3,4"), (Texts{{"1", "2"}, {"3", "4"}}));
  EXPECT_EQ(csv({"a", "b"}, "a,b\n1,2\r"), (Texts{{"1", "2"}}));
}

TEST(Csv, quotes_hold_commas_line_ends_and_quotes) {
  EXPECT_EQ(csv({"a", "b"}, "\"a\",b\n\"1,\"\"x\"\"\r\ny\",\"\"\n\"\"\"\",z\n"),
            (Texts{{"1,\"x\"\r\ny", ""}, {"\"", "z"}}));
}

TEST(Csv, a_byte_order_mark_is_passed_over) {
  EXPECT_EQ(csv({"a"},
                "\xef\xbb\xbf"
                "a\n1\n"),
            Texts{{"1"}});
  EXPECT_EQ(csv({"a"}, "\xef\xbb\xbf\"a\"\n1\n"), Texts{{"1"}});
  EXPECT_EQ(csv({"\xef\xbb"}, "\xef\xbb\n1\n"), Texts{{"1"}}) << "half a mark is text";
}

TEST(Csv, empty_lines_are_passed_over_and_empty_values_are_not) {
  EXPECT_EQ(csv({"a", "b"}, "\n\r\na,b\n\n,\r\n\r\n1,2\n\n"), (Texts{{"", ""}, {"1", "2"}}));
  EXPECT_EQ(csv({"a"}, "a\n\"\"\n"), Texts{{""}});
}

TEST(Csv, bytes_that_are_no_utf_8_pass) {
  EXPECT_EQ(csv({"a"}, "a\n\xff\xc3\n"), Texts{{"\xff\xc3"}});
}

TEST(Csv, a_table_without_rows_is_an_error) {
  for (const char* text : {"", "\n", "a", "a\n", "a\r\n\r\n", "\xef\xbb\xbf"}) {
    EXPECT_EQ(csv({"a"}, text), Texts{{"it has no rows"}}) << text;
  }
}

TEST(Csv, a_missing_column_is_named_with_the_nearest) {
  EXPECT_EQ(
      csv({"date"}, "gmae,dtae\n1,2\n"),
      Texts{{"line 1: there is no column `date`; did you mean `dtae`? there are: gmae, dtae"}});
  EXPECT_EQ(csv({"date"}, "\nDate;Game\n1,2\n"),
            Texts{{"line 2: there is no column `date`; there is: Date;Game (values must be parted "
                   "by commas)"}});
}

TEST(Csv, a_column_that_stands_twice_is_an_error_only_when_it_is_wanted) {
  EXPECT_EQ(csv({"a"}, "a,b,a\n1,2,3\n"), Texts{{"line 1: the column `a` stands twice"}});
  EXPECT_EQ(csv({"b"}, "a,b,a\n1,2,3\n"), Texts{{"2"}});
}

TEST(Csv, a_row_with_too_few_or_too_many_values_is_named_by_its_line) {
  EXPECT_EQ(csv({"a"}, "a,b\n1,2\n3\n"),
            Texts{{"line 3: it has 1 value, but there are 2 columns"}});
  EXPECT_EQ(csv({"a"}, "a,b\n\"1\n\n\",2\n3,4,5\n"),
            Texts{{"line 5: it has 3 values, but there are 2 columns"}});
}

TEST(Csv, misplaced_quotes_are_named_by_their_line) {
  EXPECT_EQ(csv({"a"}, "a\n1\n5\" pipe\n"),
            Texts{{"line 3: a quote in the middle of a value; put the whole value in quotes, and "
                   "write each quote in it twice"}});
  EXPECT_EQ(csv({"a"}, "a\n\"1\" \n"), Texts{{"line 2: text behind the closing quote of a value"}});
  EXPECT_EQ(csv({"a"}, "a\n1\n\"2\n3\n"),
            Texts{{"line 3: a quoted value begins here and never ends"}});
}

TEST(Csv, a_carriage_return_in_a_line_is_an_error) {
  const Texts error = {
      {"line 2: a carriage return in the middle of a line; lines end with LF or CRLF"}};
  EXPECT_EQ(csv({"a"}, "a\n1\r2\n"), error);
  EXPECT_EQ(csv({"a"}, "a\n1\r,\n"), error);
  EXPECT_EQ(csv({"a"}, "a\n1\r\"2\"\n"), error);
}

/// Lines of any length would take any memory.
TEST(Csv, a_line_that_never_ends_is_an_error) {
  const auto rows = parse(make_csv_parser, {"a"}, "a\n\"" + std::string(70u << 20, 'x'), 1u << 20);
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().text,
            "line 2: it is longer than 64 MiB; does a quote lack its closing one?");
}

TEST(Json, a_line_that_never_ends_is_an_error) {
  const auto rows =
      parse(make_json_lines_parser, {"a"}, "{\"a\":1}\n{" + std::string(70u << 20, ' '), 1u << 20);
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().text, "line 2: it is longer than 64 MiB");
}

TEST(Json, strings_and_numbers_become_text_as_they_are_written) {
  EXPECT_EQ(json({"s", "n"},
                 "{\"n\": 7, \"s\": \"007\", \"x\": [1, {\"s\": 2}]}\n"
                 "{\"s\": \"\\u00e9\\n\", \"n\": 1.50}\r\n"
                 "\n"
                 "  {\"s\": -3, \"n\": 12345678901234567890123}"),
            (Texts{{"007", "7"}, {"\u00e9\n", "1.50"}, {"-3", "12345678901234567890123"}}));
}

TEST(Json, a_byte_order_mark_is_passed_over) {
  EXPECT_EQ(json({"a"}, "\xef\xbb\xbf{\"a\": 1}\n"), Texts{{"1"}});
}

TEST(Json, a_table_without_rows_is_an_error) {
  for (const char* text : {"", "\n", " \r\n\t\n", "\xef\xbb\xbf"}) {
    EXPECT_EQ(json({"a"}, text), Texts{{"it has no rows"}}) << text;
  }
}

TEST(Json, a_missing_field_is_named_with_its_line_and_the_nearest) {
  EXPECT_EQ(json({"date"}, "{\"date\": 1}\n{\"dtae\": 1, \"x\": null}\n"),
            Texts{{"line 2: there is no field `date`; did you mean `dtae`? there are: dtae, x"}});
}

TEST(Json, other_kinds_of_values_are_errors_only_in_wanted_fields) {
  for (const auto& [value, kind] :
       std::vector<std::pair<std::string, std::string>>{{"null", "null"},
                                                        {"true", "true or false"},
                                                        {"[1]", "a list"},
                                                        {"{\"a\": 1}", "an object"}}) {
    EXPECT_EQ(json({"a"}, "{\"a\": 1}\n{\"a\": " + value + "}\n"),
              Texts{{"line 2: the field `a` must be a string or a number, not " + kind}});
    EXPECT_EQ(json({"a"}, "{\"b\": " + value + ", \"a\": 1}\n"), Texts{{"1"}});
  }
  EXPECT_EQ(json({"a"}, "{\"a\": 1, \"a\": 2}"), Texts{{"line 1: the field `a` stands twice"}});
}

TEST(Json, a_line_that_is_no_object_is_an_error) {
  for (const char* line : {"[1]", "7", "\"a\"", "null", "true", "1.5"}) {
    EXPECT_EQ(json({"a"}, std::string("{\"a\": 1}\n") + line),
              Texts{{"line 2: it must be a JSON object like {\"date\": \"2025-10-21\"}"}})
        << line;
  }
}

TEST(Json, a_line_that_is_no_json_is_named_with_the_column) {
  for (const char* line : {"{\"a\": }", "{\"a\": 1} {\"a\": 2}", "{\"a\": 1", "{\"a\": \"\xff\"}",
                           "{a: 1}", "{\"a\": 1e999}"}) {
    const Texts texts = json({"a"}, std::string("{\"a\": 1}\n") + line + "\n");
    EXPECT_TRUE(texts.front().front().starts_with("line 2: column ")) << texts.front().front();
  }
}

TEST(Json, deep_nesting_does_no_harm) {
  const std::string deep(200'000, '[');
  const std::string end(200'000, ']');
  EXPECT_EQ(texts_of(*parse(make_json_lines_parser, {"a"}, "{\"x\": " + deep + end + ", \"a\": 1}",
                            4096)),
            Texts{{"1"}});
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

TEST(Csv, whatever_is_written_by_the_rules_is_read_back) {
  EXPECT_TRUE(rc::check([] {
    const auto width = *rc::gen::inRange<std::size_t>(1, 5);
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < width; ++i) columns.push_back("c" + std::to_string(i));
    const auto value = rc::gen::container<std::string>(
        rc::gen::element('a', ',', '"', '\n', '\r', ' ', '\0', '\xef', '\xbb', '\xbf'));
    const auto rows = *rc::gen::nonEmpty(
        rc::gen::container<Texts>(rc::gen::container<std::vector<std::string>>(width, value)));
    std::string text = *rc::gen::element<std::string>("", "\xef\xbb\xbf");
    const std::string end = *rc::gen::element<std::string>("\n", "\r\n");
    const auto write = [&](const std::vector<std::string>& values) {
      for (std::size_t i = 0; i < width; ++i) {
        const bool plain = values[i].find_first_of(",\"\r\n") == std::string::npos &&
                           !(width == 1 && values[i].empty()) && *rc::gen::arbitrary<bool>();
        text += (i == 0 ? "" : ",") + (plain ? values[i] : quoted(values[i]));
      }
      text += end;
    };
    write(columns);
    for (const auto& row : rows) write(row);
    const auto parsed =
        parse(make_csv_parser, columns, text, *rc::gen::inRange<std::size_t>(1, 20));
    RC_ASSERT(parsed.has_value());
    RC_ASSERT(texts_of(*parsed) == rows);
  }));
}

}  // namespace
}  // namespace upkeep
