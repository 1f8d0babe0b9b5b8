#include "daemon/inventory.h"

#include <gtest/gtest.h>

#include "coverage/testing.h"
#include "daemon/listing.h"
#include "io/fake_store.h"
#include "io/test_folder.h"

namespace upkeep {
namespace {

using namespace upkeep::testing;

/// One store with a collection of numbers around one of a table's rows.
class AStore : public ::testing::Test {
 protected:
  AStore() {
    config_.stores.emplace_back().name = "lake";
    add("around", "{n}.json", numbers("n", 1, 3));
    Dimension rows = table("teams", {{"team", FieldType::text}});
    std::get<Table>(rows.source).path = folder_ / "teams.csv";
    add("teams", "teams/{team}.json", std::move(rows));
    folder_.write("teams.csv", "team\nBOS\nNYK\n");
    auto store = std::make_unique<FakeStore>();
    store_ = store.get();
    stores_.push_back(std::move(store));
    for (const char* key : {"1.json", "x.json", "teams/BOS.json"}) store_->put(key, {});
  }

  void add(const std::string& name, const std::string& key, Dimension dimension) {
    config_.collections.push_back(collection(key, {std::move(dimension)}));
    config_.collections.back().name = name;
  }

  StoreListed list() { return list_store(config_, tables_, stores_, {}); }

  TestFolder folder_;
  Config config_;
  TableCache tables_{config_.zone};
  ObjectStores stores_;
  FakeStore* store_ = nullptr;
};

TEST_F(AStore, is_listed_once_for_all_its_collections) {
  const StoreListed listed = list();
  ASSERT_EQ(listed.findings.size(), 2u);
  EXPECT_EQ(listed.findings[0].coverage.present.count(), 1u);
  EXPECT_EQ(listed.findings[0].coverage.stray_samples, (std::vector<std::string>{"x.json"}));
  EXPECT_EQ(listed.findings[1].coverage.present.count(), 1u);
}

TEST_F(AStore, objects_of_a_collection_whose_table_fails_are_no_strays_of_its_neighbours) {
  std::filesystem::remove(folder_ / "teams.csv");
  const StoreListed listed = list();
  ASSERT_EQ(listed.findings.size(), 2u);
  EXPECT_FALSE(listed.findings[0].error.has_value());
  EXPECT_EQ(listed.findings[0].coverage.stray_samples, (std::vector<std::string>{"x.json"}));
  EXPECT_TRUE(listed.findings[1].error.has_value());
}

TEST_F(AStore, a_part_that_cannot_be_listed_is_named_once) {
  store_->break_part("teams/", Error{"/lake/teams/ cannot be read: Permission denied"});
  const StoreListed listed = list();
  ASSERT_EQ(listed.findings.size(), 2u);
  ASSERT_TRUE(listed.findings[1].error.has_value());
  EXPECT_EQ(listed.findings[1].error->text, "/lake/teams/ cannot be read: Permission denied");
}

}  // namespace
}  // namespace upkeep
