#include "config/yaml_tree.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace upkeep {
namespace {

/// "2:1 what is wrong", or "fine".
std::string problem_of(std::string_view text) {
  const auto tree = parse_yaml(text);
  if (tree) return "fine";
  return fmt::format("{}:{} {}", tree.error().mark.line, tree.error().mark.column,
                     tree.error().text);
}

/// The tree on one line with all marks: {1:1 state=1:8'x'}.
std::string show(const Node& node) {
  const std::string mark = fmt::format("{}:{}", node.mark.line, node.mark.column);
  if (node.kind == Node::Kind::scalar) {
    return fmt::format("{}{}{}{}", mark, node.plain ? "'" : "\"", node.text,
                       node.plain ? "'" : "\"");
  }
  std::string text = mark + (node.kind == Node::Kind::list ? "[" : "{");
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    if (i > 0) text += ' ';
    if (node.kind == Node::Kind::map) text += node.keys[i].text + "=";
    text += show(node.items[i]);
  }
  return text + (node.kind == Node::Kind::list ? "]" : "}");
}

std::string tree_of(std::string_view text) {
  const auto tree = parse_yaml(text);
  return tree ? show(*tree) : problem_of(text);
}

TEST(YamlTree, remembers_where_everything_stands) {
  EXPECT_EQ(tree_of("state: x\nloop: {every: 1h, list: [a, \"b\"]}\n"),
            "1:1{state=1:8'x' loop=2:7{every=2:15'1h' list=2:25[2:26'a' 2:29\"b\"]}}");
}

TEST(YamlTree, columns_count_characters_and_not_bytes) {
  EXPECT_EQ(tree_of("\"éé\": {x: ü, y: z}\n"), "1:1{éé=1:7{x=1:11'ü' y=1:17'z'}}");
}

TEST(YamlTree, a_byte_order_mark_counts_for_nothing) {
  EXPECT_EQ(tree_of("\xEF\xBB\xBFstate: x\n"), "1:1{state=1:8'x'}");
}

TEST(YamlTree, windows_line_breaks_change_no_line_number) {
  EXPECT_EQ(tree_of("a: 1\r\nb: 2\r\n"), "1:1{a=1:4'1' b=2:4'2'}");
}

TEST(YamlTree, scalars_are_texts_whatever_they_look_like) {
  const auto tree = parse_yaml("[no, 007, ~, 1e3, true, 2015-01-01]");
  ASSERT_TRUE(tree);
  EXPECT_EQ(show(*tree), "1:1[1:2'no' 1:6'007' 1:11'~' 1:14'1e3' 1:19'true' 1:25'2015-01-01']");
}

TEST(YamlTree, the_core_schema_of_yaml_1_2_tells_what_a_plain_scalar_is) {
  const auto list = [](std::string_view text) { return parse_yaml(text)->items; };
  for (const Node& node : list("[0, -1, +5, 1.5, .5, 2., 1e3, 1E-3, 0x1f, 0o17, .inf, -.INF]")) {
    EXPECT_TRUE(node.is_number()) << node.text;
  }
  for (const Node& node : list("[no, 1h, 1_000, 0xg, 0o8, +-1, inf, nan, 1e, -, ., '5', 1 2]")) {
    EXPECT_FALSE(node.is_number()) << node.text;
  }
  for (const Node& node : list("[true, True, TRUE, false]")) {
    EXPECT_TRUE(node.is_boolean()) << node.text;
  }
  for (const Node& node : list("[yes, on, off, 'true', tRUE]")) {
    EXPECT_FALSE(node.is_boolean()) << node.text;
  }
  for (const Node& node : list("[~, null, Null, NULL]")) EXPECT_TRUE(node.is_empty()) << node.text;
  for (const Node& node : list("['', 'null', none]")) EXPECT_FALSE(node.is_empty()) << node.text;
}

TEST(YamlTree, it_knows_where_a_text_begins_that_stands_in_the_file_as_it_is) {
  const auto tree = parse_yaml("a: \"x{y}\"\nb: plain\nc: \"t\\tx\"\nd: |\n  block\ne: &n q\n");
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->find("a")->inside, (Mark{1, 5}));
  EXPECT_EQ(tree->find("b")->inside, (Mark{2, 4}));
  EXPECT_FALSE(tree->find("c")->inside);
  EXPECT_FALSE(tree->find("d")->inside);
  EXPECT_FALSE(tree->find("e")->inside);
}

TEST(YamlTree, an_alias_is_a_copy_of_what_its_anchor_names) {
  EXPECT_EQ(tree_of("a: &x {p: 1}\nb: *x\nc: [*x]\n"),
            "1:1{a=1:4{p=1:11'1'} b=1:4{p=1:11'1'} c=3:4[1:4{p=1:11'1'}]}");
}

TEST(YamlTree, aliases_of_aliases_cannot_fill_the_memory) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    text += fmt::format("a{0}: &a{0} [*a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}]\n", i,
                        i - 1);
  }
  EXPECT_EQ(problem_of(text), "6:15 the aliases stand for more than 100,000 values");
}

struct Case {
  std::string_view text, problem;
};

TEST(YamlTree, what_is_no_yaml_is_told_with_its_place_and_in_plain_words) {
  for (const auto& [text, problem] : std::initializer_list<Case>{
           {"", "1:1 the file is empty"},
           {"# nothing\n", "2:1 the file is empty"},
           {"a:\n\tb: 1\n", "2:1 a tab cannot indent; use spaces"},
           {"a: @x\n", "1:4 a text cannot begin with `@`; put it in quotes"},
           {"a: b: c\n",
            "1:5 a second `:` in one line, or a line that is indented too far; a text with `: ` in "
            "it needs quotes"},
           {"a: [1, 2\nb: 3\n",
            "2:2 expected `,` or `]` in the list that begins at 1:4; a text with brackets, braces "
            "or "
            "commas needs quotes here"},
           {"a: {b: 1\n",
            "2:1 expected `,` or `}` in the map that begins at 1:4; a text with brackets, braces "
            "or "
            "commas needs quotes here"},
           {"a: 'x\nb: 3\n", "1:4 the quoted text that begins here is not closed"},
           {"a:\n  b: 1\n c: 2\n", "3:2 expected a key that is indented like the one at 1:1"},
           {"- a\nb: 1\n", "2:1 expected `- ` in the same column as the list that begins at 1:1"},
           {"a: 1\nb\nc: 2\n", "3:1 expected `:` after the key that begins at 2:1"},
           {"a: -\n",
            "1:4 a list item cannot begin here; put it on a line of its own, or a text with `- ` "
            "in quotes"},
           {"a: \"\\q\"\n",
            "1:5 unknown escape in a text in double quotes; write `\\\\` for a backslash, or use "
            "single quotes"},
           {"a: [b, ,]\n", "1:8 expected a value"},
           {"a: !!str x\n", "1:4 tags (`!`) are not supported; write the value alone"},
           {"a: !x {b: 1}\n", "1:4 tags (`!`) are not supported; write the value alone"},
           {"<<: {a: 1}\n", "1:1 merge keys (`<<`) are not supported; write the keys out"},
           {"? {a: b}\n: c\n", "1:3 expected a name as the key, found a list or a map"},
           {"a: *x\n", "1:4 no anchor `&x` stands above"},
           {"a: &x [*x]\n", "1:8 no anchor `&x` stands above"},
           {"a: 1\n---\nb: 1\n", "2:1 a second document begins here; only one is allowed"},
           {"a: b\n]\n", "2:1 expected a key that is indented like the one at 1:1"},
           {"éé: \xff\n", "1:5 not UTF-8 from here on; save the file as UTF-8"},
           {"a: 1\nb: \"\x01\"\n", "2:5 a control character cannot stand here"},
           {"a: \"\\0\"\n", "1:4 a zero byte cannot stand in a text"},
       }) {
    EXPECT_EQ(problem_of(text), problem) << text;
  }
}

TEST(YamlTree, nesting_has_a_limit) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(problem_of(nested(64)), "fine");
  EXPECT_EQ(problem_of(nested(65)), "1:65 nested deeper than 64 levels");
  EXPECT_EQ(problem_of(nested(100'000)), "1:65 nested deeper than 64 levels");
}

RC_GTEST_PROP(YamlTree, any_bytes_give_a_tree_or_a_problem_within_the_text,
              (const std::string& text)) {
  const auto tree = parse_yaml(text);
  if (tree) return;
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
  RC_ASSERT(tree.error().mark.line >= 1u);
  // libyaml counts a lone carriage return and some characters of Unicode as line breaks, too.
  RC_ASSERT(tree.error().mark.line <= lines + text.size());
  RC_ASSERT(!tree.error().text.empty());
}

}  // namespace
}  // namespace upkeep
