// What partitions give to a command, on a real space of dates and kinds.
#include <gtest/gtest.h>

#include "collect/command.h"

namespace upkeep {
namespace {

SpacePtr make_space(std::string key) {
  Collection collection;
  collection.name = "games";
  collection.key = std::move(key);
  DateRange days;
  days.from.day = days.to.day = Day{std::chrono::days{20382}};
  days.to.day += std::chrono::days{1};
  collection.dimensions = {{"date", days}, {"kind", ValueList{{"pbp", "box score"}}}};
  const auto space = Space::make(collection, {});
  EXPECT_TRUE(space.has_value()) << space.error().text;
  return space.value();
}

TEST(command_values, one_partition_gives_its_fields_and_its_object) {
  const auto space = make_space("espn/{date:%Y/%m/%d}/{kind}.json");
  const std::uint64_t partitions[] = {1};
  const auto values = command_values(*space, partitions, "t1", "/lake dir").values;
  using Map = std::map<std::string, std::string, std::less<>>;
  EXPECT_EQ(values, (Map{{"date", "2025-10-21"},
                         {"kind", "box score"},
                         {"task", "t1"},
                         {"key", "espn/2025/10/21/box score.json"},
                         {"path", "/lake dir/espn/2025/10/21/box score.json"},
                         {"uri", "file:///lake%20dir/espn/2025/10/21/box%20score.json"}}));
  EXPECT_EQ(command_values(*space, partitions, "t1", "/").values.at("path"),
            "/espn/2025/10/21/box score.json");
}

TEST(command_values, in_a_bucket_an_object_has_no_path_and_its_key_is_not_encoded) {
  const auto space = make_space("espn/{date:%Y/%m/%d}/{kind}.json");
  const std::uint64_t partitions[] = {1};
  const auto values = command_values(*space, partitions, "t1", "s3://lake/raw/").values;
  EXPECT_EQ(values.at("uri"), "s3://lake/raw/espn/2025/10/21/box score.json");
  EXPECT_EQ(values.at("key"), "espn/2025/10/21/box score.json");
  EXPECT_FALSE(values.contains("path"));
  EXPECT_EQ(command_values(*space, partitions, "t1", "s3://lake").values.at("uri"),
            "s3://lake/espn/2025/10/21/box score.json");
}

TEST(command_values, a_batch_gives_only_what_all_share) {
  const auto space = make_space("espn/{date}/{kind}.json");
  const std::uint64_t same_day[] = {0, 1}, two_days[] = {0, 1, 2};
  const auto values = command_values(*space, same_day, "t1", "/lake").values;
  EXPECT_EQ(values.at("date"), "2025-10-21");
  EXPECT_FALSE(values.contains("kind"));
  EXPECT_FALSE(values.contains("key"));
  EXPECT_EQ(command_values(*space, two_days, "t1", "/lake").values.size(), 1u);
}

TEST(command_values, without_an_exact_key_there_is_no_object) {
  const auto space = make_space("espn/{date}/{kind}-{_}.json");
  const std::uint64_t partitions[] = {0};
  const auto values = command_values(*space, partitions, "t1", "/lake").values;
  EXPECT_EQ(values.at("kind"), "pbp");
  EXPECT_FALSE(values.contains("path"));
}

TEST(partitions_file, is_one_object_a_line_in_the_order_of_the_dimensions) {
  const auto space = make_space("espn/{kind}/{date}.json");
  const std::uint64_t partitions[] = {0, 3};
  EXPECT_EQ(partitions_file(*space, partitions),
            "{\"date\":\"2025-10-21\",\"kind\":\"pbp\"}\n"
            "{\"date\":\"2025-10-22\",\"kind\":\"box score\"}\n");
  EXPECT_EQ(partitions_file(*space, {}), "");
}

}  // namespace
}  // namespace upkeep
