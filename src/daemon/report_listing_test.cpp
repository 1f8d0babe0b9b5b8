// Stores that are known by inventory reports, and listings that another process hands over.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "coverage/testing.h"
#include "daemon/hand_over.h"
#include "daemon/listing.h"
#include "daemon/setup.h"
#include "io/fake_store.h"
#include "io/test_folder.h"
#include "report/md5.h"
#include "report/testing.h"

namespace upkeep {
namespace {

using namespace upkeep::testing;

std::string md5_of(std::string_view bytes) {
  Md5 sum;
  sum.add(bytes);
  return sum.finish().value();
}

/// The collection `n`: 1.json to 9.json. Reports lie in a second store.
class AReportedStore : public ::testing::Test {
 protected:
  AReportedStore() {
    Store& lake = config_.stores.emplace_back();
    lake.name = "lake";
    lake.inventory = Reports{.store = "reports", .prefix = "lake/daily"};
    config_.stores.emplace_back().name = "reports";
    config_.collections.push_back(collection("{n}.json", {numbers("n", 1, 9)}));
    config_.collections.back().name = "n";
    for (FakeStore** store : {&lake_, &reports_}) {
      auto made = std::make_unique<FakeStore>();
      *store = made.get();
      stores_.push_back(std::move(made));
    }
  }

  /// A whole report with these rows, begun so long ago.
  void deliver(const std::string& rows, Duration ago, const std::string& schema = full) {
    const Time taken_at = now_by_clock() - ago;
    std::string name = to_text(taken_at).substr(0, 16) + "Z";  // 2024-01-02T03:04Z
    name[10] = 'T';
    name[13] = '-';
    folder_ = "lake/daily/" + name;
    const std::string data = gzip(rows);
    const std::string manifest = fmt::format(
        R"({{"sourceBucket": "b", "destinationBucket": "arn:aws:s3:::r", "version": "2016-11-30",
             "creationTimestamp": "{}", "fileFormat": "CSV", "fileSchema": "{}",
             "files": [{{"key": "lake/daily/data/{}.csv.gz", "size": {}, "MD5checksum": "{}"}}]}})",
        taken_at.time_since_epoch().count(), schema, name, data.size(), md5_of(data));
    data_ = "lake/daily/data/" + name + ".csv.gz";
    reports_->put_bytes(data_, data);
    reports_->put_bytes(folder_ + "/manifest.json", manifest);
    reports_->put_bytes(folder_ + "/manifest.checksum", md5_of(manifest));
  }

  StoreListed list() const { return list_store(config_, tables_, stores_, {}, CheckCommands::run); }
  std::uint64_t present() const {
    const StoreListed listed = list();
    EXPECT_FALSE(listed.error.has_value()) << listed.error->text;
    return listed.findings.at(0).coverage.present.count();
  }

  static inline const std::string full = "Bucket, Key, Size, LastModifiedDate";
  Config config_;
  mutable TableCache tables_{Zone()};
  ObjectStores stores_;
  FakeStore *lake_ = nullptr, *reports_ = nullptr;
  std::string folder_, data_;  ///< of the report delivered last
};

constexpr const char* three_rows =
    "\"b\",\"1.json\",\"10\",\"2024-01-02T03:04:05.000Z\"\n"
    "\"b\",\"2.json\",\"10\",\"2024-01-02T03:04:05.000Z\"\n"
    "\"b\",\"3.json\",\"10\",\"2024-01-02T03:04:05.000Z\"\n";
constexpr const char* one_row = "\"b\",\"1.json\",\"10\",\"2024-01-02T03:04:05.000Z\"\n";

TEST_F(AReportedStore, is_not_listed_while_its_report_is_young) {
  lake_->refuse(Error{"nobody may list this"});
  deliver(three_rows, std::chrono::hours{20});
  EXPECT_EQ(present(), 3u);
  EXPECT_LT(list().taken_at, now_by_clock() - std::chrono::hours{19});
}

TEST_F(AReportedStore, is_known_by_the_newest_complete_report) {
  deliver(one_row, std::chrono::hours{30});
  deliver(three_rows, std::chrono::hours{20});
  EXPECT_EQ(present(), 3u);
  reports_->remove(folder_ + "/manifest.checksum");  // it is still being written
  EXPECT_EQ(present(), 1u);
  reports_->put_bytes(folder_ + "/manifest.checksum", std::string(32, 'a'));
  EXPECT_EQ(present(), 1u);
}

TEST_F(AReportedStore, is_listed_itself_when_no_report_is_young_enough) {
  lake_->put("7.json", {});
  EXPECT_EQ(present(), 1u);
  deliver(three_rows, std::chrono::hours{40});
  EXPECT_EQ(present(), 1u);
  config_.stores[0].inventory->when_old = Reports::WhenOld::fail;
  EXPECT_NE(list().error->text.find("more than max_age, 1d 12h"), std::string::npos)
      << list().error->text;
}

TEST_F(AReportedStore, is_unknown_when_its_report_is_damaged) {
  lake_->put("7.json", {});
  deliver(three_rows, std::chrono::hours{1});
  const std::string data = gzip(three_rows);
  reports_->put_bytes(data_, data.substr(0, data.size() - 1));
  EXPECT_NE(list().error->text.find("the manifest says"), std::string::npos) << list().error->text;
  std::string other = data;
  other.back() = static_cast<char>(other.back() ^ 1);
  reports_->put_bytes(data_, other);
  EXPECT_TRUE(list().error.has_value());
  reports_->remove(data_);
  EXPECT_TRUE(list().error.has_value());
}

TEST_F(AReportedStore, is_unknown_when_reports_of_several_configurations_are_meant) {
  deliver(three_rows, std::chrono::hours{2});
  reports_->put_bytes("lake/daily/weekly/2024-01-02T03-04Z/manifest.json", "{}");
  reports_->put_bytes("lake/daily/weekly/2024-01-02T03-04Z/manifest.checksum", md5_of("{}"));
  EXPECT_NE(list().error->text.find("several configurations"), std::string::npos);
}

TEST_F(AReportedStore, has_no_coverage_by_a_rule_whose_column_the_report_lacks) {
  deliver("\"b\",\"1.json\"\n", std::chrono::hours{2}, "Bucket, Key");
  EXPECT_EQ(present(), 1u);
  config_.collections.push_back(config_.collections[0]);
  config_.collections[0].expect.min_size = 5;
  config_.collections[1].expect.max_age = std::chrono::hours{5};
  const StoreListed listed = list();
  EXPECT_NE(listed.findings[0].error->text.find("no column Size"), std::string::npos);
  EXPECT_NE(listed.findings[1].error->text.find("no column LastModifiedDate"), std::string::npos);
}

TEST_F(AReportedStore, has_reports_fetched_once_from_a_bucket) {
  const TestFolder state;
  config_.state = state.path();
  config_.stores[1].bucket.emplace();
  deliver(one_row, std::chrono::hours{30});
  EXPECT_EQ(present(), 1u);
  reports_->remove(data_);
  EXPECT_EQ(present(), 1u);
  deliver(three_rows, std::chrono::hours{20});
  EXPECT_EQ(present(), 3u);
  // Both copies are young. Later only what is still used is kept.
  const std::string copies = state / "inventory/cache/reports";
  const auto count = [&] { return std::distance(std::filesystem::directory_iterator(copies), {}); };
  EXPECT_EQ(count(), 2);
  config_.keep.cache = std::chrono::hours{1};
  for (const auto& copy : std::filesystem::directory_iterator(copies)) {
    std::filesystem::last_write_time(copy, copy.last_write_time() - std::chrono::hours{2});
  }
  EXPECT_EQ(present(), 3u);
  EXPECT_EQ(count(), 1);
}

TEST_F(AReportedStore, is_read_where_its_reports_lie_when_nothing_can_be_written) {
  config_.state = "/proc/nowhere";
  config_.stores[1].bucket.emplace();
  deliver(three_rows, std::chrono::hours{20});
  EXPECT_EQ(present(), 3u);
}

TEST_F(AReportedStore, has_the_keys_behind_its_prefix_in_the_bucket) {
  config_.stores[0].bucket = Bucket{};
  config_.stores[0].bucket->name = "b";
  config_.stores[0].bucket->prefix = "raw/";
  const auto row = [](std::string_view key) {
    return fmt::format("\"b\",\"{}\",\"10\",\"2024-01-02T03:04:05.000Z\"\n", key);
  };
  deliver(row("raw/1.json") + row("2.json") + row("raw/raw/3.json") + row("raw/"),
          std::chrono::hours{20});
  const StoreListed listed = list();
  ASSERT_FALSE(listed.error.has_value()) << listed.error->text;
  EXPECT_EQ(listed.findings.at(0).coverage.present.count(), 1u);
  EXPECT_EQ(listed.findings.at(0).coverage.strays, 1u);  // raw/3.json
}

TEST_F(AReportedStore, is_handed_over_whole_or_not_at_all) {
  deliver(three_rows, std::chrono::hours{2});
  StoreListed listed = list();
  const Time now = now_by_clock();
  const std::string bytes = encode_listing(config_, listed, now);
  const auto same = decode_listing(config_, tables_, {}, bytes);
  ASSERT_TRUE(same.has_value()) << same.error().text;
  EXPECT_EQ(same->taken_at, listed.taken_at);
  EXPECT_EQ(same->findings.at(0).coverage.present, listed.findings[0].coverage.present);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_listing(config_, tables_, {}, bytes.substr(0, size))) << size;
    std::string damaged = bytes;
    damaged[size] = static_cast<char>(damaged[size] ^ 4);
    EXPECT_FALSE(decode_listing(config_, tables_, {}, damaged)) << size;
  }
  listed.findings[0].error = Error{"its table is empty"};
  const auto failed = decode_listing(config_, tables_, {}, encode_listing(config_, listed, now));
  ASSERT_TRUE(failed.has_value());
  EXPECT_EQ(failed->findings[0].error, listed.findings[0].error);
  listed.error = Error{"it cannot be listed"};
  EXPECT_EQ(decode_listing(config_, tables_, {}, encode_listing(config_, listed, now))->error,
            listed.error);
}

}  // namespace
}  // namespace upkeep
