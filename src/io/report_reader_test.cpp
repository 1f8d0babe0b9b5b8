// Which report counts, in a store that holds other objects, too.
#include "io/report_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "io/fake_store.h"
#include "report/md5.h"

namespace upkeep {
namespace {

void deliver(FakeStore& store, const std::string& folder, const std::string& bucket) {
  const std::string manifest =
      R"({"sourceBucket": ")" + bucket +
      R"(", "version": "2016-11-30", "creationTimestamp": "1704240000000", "fileFormat": "CSV",)"
      R"( "fileSchema": "Bucket, Key", "files": []})";
  Md5 md5;
  md5.add(manifest);
  store.put_bytes(folder + "manifest.json", manifest);
  store.put_bytes(folder + "manifest.checksum", md5.finish().value());
}

std::string bucket_of(const Result<std::optional<Report>>& report) {
  if (!report) return report.error().text;
  return *report ? (*report)->manifest.source_bucket : "none";
}

TEST(ReportReader, lists_only_what_begins_with_the_prefix) {
  FakeStore store;
  deliver(store, "inventory/lake/daily/2024-01-03T00-00Z/", "lake");
  deliver(store, "inventory/other/daily/2024-01-04T00-00Z/", "other");
  store.break_part("inventory/other/", Error{"not to be listed"});
  store.break_part("data/", Error{"not to be listed"});
  EXPECT_EQ(bucket_of(find_report(store, "inventory/lake")), "lake");
  EXPECT_EQ(bucket_of(find_report(store, "/inventory/lake/daily/")), "lake");
  EXPECT_EQ(bucket_of(find_report(store, "")), "not to be listed");
}

TEST(ReportReader, finds_a_report_whose_slashes_are_doubled_in_the_store) {
  FakeStore store;
  deliver(store, "inventory//lake/daily/2024-01-03T00-00Z/", "lake");
  store.break_part("data/", Error{"not to be listed"});
  for (const char* prefix : {"inventory", "inventory/lake", "inventory//lake/daily"}) {
    EXPECT_EQ(bucket_of(find_report(store, prefix)), "lake") << prefix;
  }
  EXPECT_EQ(bucket_of(find_report(store, "inventory/other")), "none");
}

TEST(ReportReader, finds_a_report_below_slashes_when_the_prefix_begins_with_one) {
  FakeStore store;
  deliver(store, "//lake/daily/2024-01-03T00-00Z/", "lake");
  EXPECT_EQ(bucket_of(find_report(store, "/lake/daily")), "lake");
}

}  // namespace
}  // namespace upkeep
