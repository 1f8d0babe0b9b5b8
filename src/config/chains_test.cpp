// Collections that have their rows from the objects of others.
#include "config/chains.h"

#include <gtest/gtest.h>

#include "config/testing.h"

namespace upkeep {
namespace {

using testing::errors_of;
using testing::source_of;

std::string two(const std::string& key, const std::string& table) {
  return "stores: {lake: {url: \"file:lake\"}}\n"
         "collections:\n"
         "  plans: {store: lake, key: \"" +
         key +
         "\", dimensions: {day: [a, b]}}\n"
         "  games:\n"
         "    store: lake\n"
         "    key: \"games/{game}\"\n"
         "    dimensions: {game: {" +
         table + "}}\n";
}

using Lines = std::vector<std::string>;

TEST(Chains, have_the_format_that_the_key_tells) {
  const auto config =
      parse_config(source_of(two("plans/{day}.jsonl", "table: {collection: plans}")));
  ASSERT_TRUE(config);
  const auto& table = std::get<Table>(config->collections[1].dimensions[0].source);
  EXPECT_EQ(table.collection, "plans");
  EXPECT_EQ(table.format, Table::Format::json_lines);
}

TEST(Chains, have_the_format_that_is_written) {
  const auto config = parse_config(
      source_of(two("plans/{day}.csv", "table: {collection: plans}, format: parquet")));
  ASSERT_TRUE(config);
  const auto& table = std::get<Table>(config->collections[1].dimensions[0].source);
  EXPECT_EQ(table.format, Table::Format::parquet);
}

TEST(Chains, need_a_format_that_objects_can_have) {
  EXPECT_EQ(
      errors_of(two("plans/{day}", "table: {collection: plans}")),
      Lines{"7:25: collections.games.dimensions.game.table: the format does not show from the "
            "end of the key of `plans`, `plans/{day}`; add `format`: `csv`, `json_lines` or "
            "`parquet`"});
}

TEST(Chains, begin_at_a_collection_that_is_declared) {
  EXPECT_EQ(errors_of(two("plans/{day}.csv", "table: {collection: plan}")),
            Lines{"7:45: collections.games.dimensions.game.table.collection: there is no "
                  "collection `plan`; did you mean `plans`?"});
  EXPECT_EQ(errors_of(two("plans/{day}.csv", "table: {collection: games}")),
            Lines{"7:45: collections.games.dimensions.game.table.collection: a collection cannot "
                  "give rows to itself"});
}

TEST(Chains, are_no_circles) {
  EXPECT_EQ(
      errors_of(
          "stores: {lake: {url: \"file:lake\"}}\n"
          "collections:\n"
          "  a: {store: lake, key: \"a/{x}.csv\", dimensions: {x: {table: {collection: c}}}}\n"
          "  b: {store: lake, key: \"b/{x}.csv\", dimensions: {x: {table: {collection: a}}}}\n"
          "  c: {store: lake, key: \"c/{x}.csv\", dimensions: {x: {table: {collection: b}}}}\n"
          "  d: {store: lake, key: \"d/{x}.csv\", dimensions: {x: {table: {collection: a}}}}\n"),
      Lines{"3:75: collections.a.dimensions.x.table.collection: collections give rows to each "
            "other in a circle: a → b → c → a; one of them must have its rows from elsewhere"});
}

TEST(Chains, take_no_query) {
  EXPECT_EQ(errors_of(two("plans/{day}.csv", "table: {collection: plans}, query: select")),
            Lines{"7:60: collections.games.dimensions.game.query: only SQLite files take a query"});
}

}  // namespace
}  // namespace upkeep
