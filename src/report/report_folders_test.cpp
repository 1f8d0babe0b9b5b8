#include "report/report_folders.h"

#include "report/testing.h"

namespace upkeep {
namespace {

using namespace upkeep::testing;

std::vector<ReportFolder> search(std::string_view prefix, const std::vector<std::string>& keys) {
  ReportSearch found(prefix);
  for (const std::string& key : keys) found.add(key);
  return found.newest_first();
}

std::vector<std::string> report(const std::string& folder) {
  return {folder + "manifest.checksum", folder + "manifest.json"};
}

const std::vector<std::string> two_and_a_half = {
    "inv/lake/daily/2024-01-02T01-00Z/manifest.json",
    "inv/lake/daily/2024-01-02T01-00Z/manifest.checksum",
    "inv/lake/daily/2024-01-03T01-00Z/manifest.checksum",
    "inv/lake/daily/2024-01-03T01-00Z/manifest.json",
    "inv/lake/daily/2024-01-04T01-00Z/manifest.json",
    "inv/lake/daily/data/6f8a.csv.gz",
    "inv/lake/daily/hive/dt=2024-01-03-01-00/symlink.txt",
};

TEST(ReportSearch, finds_complete_reports_the_newest_first) {
  for (const char* prefix : {"", "/", "inv", "inv/", "inv/lake", "inv/lake/daily",
                             "inv/lake/daily/", "inv//lake/daily//"}) {
    const auto found = search(prefix, two_and_a_half);
    ASSERT_EQ(found.size(), 2u) << prefix;
    EXPECT_EQ(found[0].dated, moment("2024-01-03T01:00:00Z"));
    EXPECT_EQ(found[0].parent, "inv/lake/daily/");
    EXPECT_EQ(found[0].manifest, "inv/lake/daily/2024-01-03T01-00Z/manifest.json");
    EXPECT_EQ(found[0].checksum, "inv/lake/daily/2024-01-03T01-00Z/manifest.checksum");
    EXPECT_EQ(found[1].dated, moment("2024-01-02T01:00:00Z"));
  }
}

TEST(ReportSearch, a_prefix_ends_at_a_folder) {
  for (const char* prefix : {"in", "inv/lake/dail", "other", "inv/lake/daily/data"}) {
    EXPECT_TRUE(search(prefix, two_and_a_half).empty()) << prefix;
  }
}

TEST(ReportSearch, what_to_list_is_all_that_may_be_a_report_and_little_else) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(ReportSearch("").beginnings(), (Texts{""}));
  EXPECT_EQ(ReportSearch("inv").beginnings(), (Texts{"inv/"})) << "holds inv// as well";
  EXPECT_EQ(ReportSearch("inv//lake/").beginnings(), (Texts{"inv/lake/", "inv"}));
  EXPECT_EQ(ReportSearch("inv/lake/daily").beginnings(), (Texts{"inv/lake/daily/", "inv"}));
  EXPECT_EQ(ReportSearch("//inv").beginnings(), (Texts{"inv/", ""}));
  EXPECT_EQ(ReportSearch("/").beginnings(), (Texts{""}));
}

TEST(ReportSearch, other_folders_are_passed_over) {
  for (const char* folder : {"a/2024-01-32T01-00Z/", "a/2024-01-02T25-00Z/", "a/2024-01-02T01:00Z/",
                             "a/2024-01-02T01-00Z.old/", "a/2024-01-02T01-00Z/files/", "a/"}) {
    EXPECT_TRUE(search("", report(folder)).empty()) << folder;
  }
  EXPECT_TRUE(search("", {"manifest.json", "manifest.checksum"}).empty());
  EXPECT_EQ(search("", report("2024-01-02T01-00Z/")).size(), 1u) << "the prefix was cut off";
}

TEST(ReportSearch, a_slash_at_the_end_of_the_destination_is_doubled_in_the_store) {
  const auto found = search("inv/lake/daily", report("inv//lake/daily/2024-01-02T01-00Z/"));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(store_key(found[0], "inv/lake/daily/data/a.csv.gz"), "inv//lake/daily/data/a.csv.gz");
  EXPECT_EQ(store_key(found[0], "inv//lake/daily/data/a.csv.gz"), "inv//lake/daily/data/a.csv.gz");
  EXPECT_EQ(store_key(found[0], "elsewhere/a.csv.gz"), "elsewhere/a.csv.gz");
}

}  // namespace
}  // namespace upkeep
