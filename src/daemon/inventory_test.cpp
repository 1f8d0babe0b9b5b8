#include "daemon/inventory.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "coverage/testing.h"
#include "daemon/listing.h"
#include "daemon/setup.h"
#include "io/fake_store.h"
#include "io/test_folder.h"

namespace upkeep {
namespace {

using namespace upkeep::testing;
using namespace std::chrono_literals;

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

  StoreListed list() { return list_store(config_, tables_, stores_, {}, CheckCommands::run); }

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

/// Its looks wait for each other: none is answered before so many are under way.
class MeetingStore final : public ObjectStore {
 public:
  explicit MeetingStore(int expected) : expected_(expected) {}
  Result<std::vector<FailedPart>> list(std::string_view, const std::function<void(const Object&)>&,
                                       std::stop_token) override {
    return fail("it cannot be listed");
  }
  Result<std::optional<Facts>> look(std::string_view key, std::stop_token) override {
    std::unique_lock lock(mutex_);
    ++here_;
    arrived_.notify_all();
    if (!arrived_.wait_for(lock, 20s, [this] { return here_ >= expected_; })) {
      return fail("nobody else came");
    }
    if (key == "2.json") return std::nullopt;
    return Facts{.size = 7, .modified = {}};
  }
  Result<std::unique_ptr<ObjectReader>> open(std::string_view, std::stop_token) override {
    return fail("it cannot be read");
  }

 private:
  int expected_, here_ = 0;
  std::mutex mutex_;
  std::condition_variable arrived_;
};

TEST_F(AStore, partitions_in_a_bucket_are_looked_at_side_by_side) {
  config_.stores[0].bucket = Bucket{};
  stores_[0] = std::make_unique<MeetingStore>(3);
  const auto space = make_space(config_, config_.collections[0], tables_, now_by_clock());
  ASSERT_TRUE(space);
  const PartitionsSeen seen =
      look_at(config_, stores_, {RequestId{1}, *space, {0, 1, 2}}, CheckCommands::run);
  ASSERT_FALSE(seen.error) << seen.error->text;
  ASSERT_EQ(seen.sights.size(), 3u);
  EXPECT_EQ(seen.sights[0].objects, 1u);
  EXPECT_EQ(seen.sights[1].objects, 0u) << "each in its place";
  EXPECT_EQ(seen.sights[2].objects, 1u);
}

TEST_F(AStore, a_look_that_fails_is_told_of_all) {
  config_.stores[0].bucket = Bucket{};
  store_->break_part("3", Error{"access is denied"});
  const auto space = make_space(config_, config_.collections[0], tables_, now_by_clock());
  ASSERT_TRUE(space);
  const PartitionsSeen seen =
      look_at(config_, stores_, {RequestId{1}, *space, {0, 1, 2}}, CheckCommands::run);
  ASSERT_TRUE(seen.error);
  EXPECT_EQ(seen.error->text, "access is denied");
}

}  // namespace
}  // namespace upkeep
