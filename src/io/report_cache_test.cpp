#include "io/report_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <latch>
#include <string>
#include <thread>

#include "base/random.h"
#include "io/fake_store.h"
#include "io/files.h"
#include "io/report_reader.h"
#include "io/test_folder.h"
#include "report/md5.h"
#include "report/testing.h"

namespace upkeep {
namespace {

using testing::gzip;

std::string md5_of(std::string_view bytes) {
  Md5 md5;
  md5.add(bytes);
  return md5.finish().value();
}

/// A store far away: it counts the bytes that it sends, and may break off.
class FarStore final : public ObjectStore {
 public:
  Result<std::vector<FailedPart>> list(std::string_view prefix,
                                       const std::function<void(const Object&)>& take,
                                       std::stop_token stop) override {
    return objects.list(prefix, take, std::move(stop));
  }
  Result<std::optional<Facts>> look(std::string_view key, std::stop_token) override {
    return objects.look(key);
  }
  Result<std::unique_ptr<ObjectReader>> open(std::string_view key, std::stop_token) override {
    UPKEEP_TRY(auto object, objects.open(key));
    return std::make_unique<Reader>(*this, std::move(object));
  }

  FakeStore objects;
  std::atomic<std::uint64_t> sent = 0;
  std::uint64_t breaks_after = UINT64_MAX;  ///< bytes that were sent

 private:
  class Reader final : public ObjectReader {
   public:
    Reader(FarStore& store, std::unique_ptr<ObjectReader> object)
        : store_(store), object_(std::move(object)) {}
    std::uint64_t size() const override { return object_->size(); }
    Result<void> read(std::uint64_t offset, std::span<char> into) override {
      if (store_.sent + into.size() > store_.breaks_after) return fail("the line is cut");
      store_.sent += into.size();
      return object_->read(offset, into);
    }

   private:
    FarStore& store_;
    std::unique_ptr<ObjectReader> object_;
  };
};

/// One file of 20 MB, which is fetched in three pieces.
class ReportCacheTest : public ::testing::Test {
 protected:
  ReportCacheTest() {
    Random random(1);
    bytes.resize(20'000'000);
    for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8) {
      const std::uint64_t word = random.next();
      std::copy_n(reinterpret_cast<const char*>(&word), 8, bytes.data() + i);
    }
    store.objects.put_bytes("data", bytes);
    file = {"data", bytes.size(), md5_of(bytes)};
  }

  std::unique_ptr<ReportCopy> open() {
    auto copy = cache.open(store, "data", file);
    EXPECT_TRUE(copy.has_value()) << copy.error().text;
    return *std::move(copy);
  }

  /// What is read of the beginning, or the error.
  static std::string begin_of(ReportCopy& copy, std::size_t size) {
    std::string read(size, '\0');
    for (std::size_t at = 0; at < size; at += 1'000'000) {
      const auto done =
          copy.read(at, std::span(read).subspan(at, std::min<std::size_t>(1'000'000, size - at)));
      if (!done) return done.error().text;
    }
    return read;
  }

  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "c/reports")) {
      names.push_back(entry.path().filename());
    }
    std::ranges::sort(names);
    return names;
  }

  TestFolder folder;
  FarStore store;
  ReportCache cache{folder / "c/reports"};
  std::string bytes;
  ReportFile file;
};

TEST_F(ReportCacheTest, a_file_is_fetched_once) {
  for (int i = 0; i < 2; ++i) {
    const auto copy = open();
    EXPECT_EQ(copy->size(), bytes.size());
    EXPECT_TRUE(begin_of(*copy, bytes.size()) == bytes);
    copy->keep();
    EXPECT_EQ(store.sent, bytes.size());
  }
  EXPECT_EQ(files(), std::vector<std::string>{file.md5});
  std::string end(5, '\0');
  EXPECT_TRUE(open()->read(bytes.size() - 5, end));
  EXPECT_EQ(end, bytes.substr(bytes.size() - 5));
  EXPECT_EQ(open()->read(bytes.size() - 4, end).error().text, "it ends at byte 20000000");
}

TEST_F(ReportCacheTest, no_more_is_fetched_than_is_read) {
  EXPECT_EQ(store.sent, 0u);
  const auto copy = open();
  EXPECT_EQ(begin_of(*copy, 10), bytes.substr(0, 10));
  EXPECT_EQ(store.sent, 8u << 20);
}

TEST_F(ReportCacheTest, what_was_interrupted_is_gone_on_with) {
  store.breaks_after = 10'000'000;
  {
    const auto copy = open();
    EXPECT_EQ(begin_of(*copy, bytes.size()), "the line is cut");
    copy->reject();
  }
  EXPECT_EQ(files(), std::vector<std::string>{file.md5 + ".part"});
  store.breaks_after = UINT64_MAX;
  { const auto stopped = open(); }  // neither kept nor rejected
  const auto copy = open();
  EXPECT_TRUE(begin_of(*copy, bytes.size()) == bytes);
  copy->keep();
  EXPECT_EQ(store.sent, bytes.size());
  EXPECT_EQ(files(), std::vector<std::string>{file.md5});
}

TEST_F(ReportCacheTest, what_is_rejected_is_fetched_anew) {
  for (const bool kept : {false, true}) {
    {
      const auto copy = open();
      EXPECT_TRUE(begin_of(*copy, bytes.size()) == bytes);
      if (kept) copy->keep();
      if (!kept) copy->reject();
    }
    if (kept) open()->reject();
    EXPECT_EQ(files(), std::vector<std::string>{});
  }
  EXPECT_EQ(store.sent, 2 * bytes.size());
}

TEST_F(ReportCacheTest, a_copy_of_another_size_is_not_used) {
  folder.write("c/reports/" + file.md5, "short");
  folder.write("c/reports/" + file.md5 + ".part", bytes + "long");
  const auto copy = open();
  EXPECT_TRUE(begin_of(*copy, bytes.size()) == bytes);
  copy->keep();
  EXPECT_TRUE(read_file(folder / ("c/reports/" + file.md5)).value() == bytes);
}

TEST_F(ReportCacheTest, a_file_of_another_size_than_the_manifest_says_is_an_error) {
  file.size += 1;
  const auto copy = open();
  EXPECT_EQ(begin_of(*copy, 1), "it has 20000000 bytes; the manifest says 20000001");
  copy->reject();
  EXPECT_EQ(files(), std::vector<std::string>{});
}

TEST_F(ReportCacheTest, two_that_read_the_same_file_do_not_disturb_each_other) {
  const auto first = open();
  EXPECT_EQ(begin_of(*first, 10), bytes.substr(0, 10));
  const auto second = open();
  EXPECT_TRUE(begin_of(*second, bytes.size()) == bytes);
  second->keep();
  EXPECT_EQ(files(), std::vector<std::string>{file.md5 + ".part"});
  EXPECT_TRUE(begin_of(*first, bytes.size()) == bytes);
  first->keep();
  EXPECT_EQ(files(), std::vector<std::string>{file.md5});
  EXPECT_EQ(store.sent, 2 * bytes.size());
  second->reject();
  EXPECT_EQ(files(), std::vector<std::string>{file.md5});
}

TEST_F(ReportCacheTest, what_vanishes_while_it_is_read_is_still_read) {
  const auto copy = open();
  EXPECT_EQ(begin_of(*copy, 10), bytes.substr(0, 10));
  std::filesystem::remove_all(folder / "c");
  EXPECT_TRUE(begin_of(*copy, bytes.size()) == bytes);
  copy->keep();
  EXPECT_FALSE(std::filesystem::exists(folder / "c"));
}

TEST_F(ReportCacheTest, what_is_used_stays_young) {
  {
    const auto copy = open();
    EXPECT_TRUE(begin_of(*copy, bytes.size()) == bytes);
    copy->keep();
  }
  const std::string path = folder / ("c/reports/" + file.md5);
  const timespec long_ago[2]{{1'000'000'000, 0}, {1'000'000'000, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), long_ago, 0), 0);
  (void)open();
  EXPECT_EQ(expire_files(folder / "c", *parse_time("2002-01-01T00:00:00Z")).value(), 0u);
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), long_ago, 0), 0);
  EXPECT_EQ(expire_files(folder / "c", *parse_time("2002-01-01T00:00:00Z")).value(), 1u);
}

TEST_F(ReportCacheTest, what_does_not_fit_on_the_disk_is_an_error_before_it_is_fetched) {
  file.size = 1ull << 60;
  const auto copy = cache.open(store, "data", file);
  ASSERT_FALSE(copy.has_value());
  EXPECT_TRUE(copy.error().text.starts_with("its copy needs 1.15 EB more, but "))
      << copy.error().text;
}

TEST_F(ReportCacheTest, threads_that_want_the_same_file_all_get_it) {
  constexpr int threads = 4;
  std::latch all_run(threads);
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> readers;
    for (int i = 0; i < threads; ++i) {
      readers.emplace_back([&] {
        all_run.arrive_and_wait();
        const auto copy = cache.open(store, "data", file);
        if (!copy) return;
        right += begin_of(**copy, bytes.size()) == bytes;
        (*copy)->keep();
      });
    }
  }
  EXPECT_EQ(right, threads);
  EXPECT_EQ(files(), std::vector<std::string>{file.md5});
}

/// A report of one file, read with a cache; how many objects it gives, or the error.
std::string read_through(FarStore& store, const ReportCache& cache) {
  const auto report = find_report(store, "inventory");
  if (!report || !*report) return report ? "(none)" : report.error().text;
  std::size_t count = 0;
  const auto columns =
      read_report(store, **report,
                  {[&](std::span<const Object> objects) { count += objects.size(); }}, {}, &cache);
  return columns ? std::to_string(count) : columns.error().text;
}

void deliver(FakeStore& store, const std::string& data, const std::string& sum) {
  const std::string folder = "inventory/2024-01-03T00-00Z/";
  const std::string manifest = fmt::format(
      R"({{"sourceBucket": "lake", "version": "2016-11-30", "creationTimestamp": "1704240000000",)"
      R"( "fileFormat": "CSV", "fileSchema": "Bucket, Key", "files": [{{"key": "inventory/d",)"
      R"( "size": {}, "MD5checksum": "{}"}}]}})",
      data.size(), sum);
  store.put_bytes(folder + "manifest.json", manifest);
  store.put_bytes(folder + "manifest.checksum", md5_of(manifest));
  store.put_bytes("inventory/d", data);
}

TEST(ReportReading, a_copy_that_is_right_is_kept_and_a_damaged_one_is_thrown_away) {
  const TestFolder folder;
  const ReportCache cache(folder / "reports");
  FarStore store;
  const std::string data = gzip("\"lake\",\"a\"\n\"lake\",\"b\"\n"), sum = md5_of(data);
  deliver(store.objects, data, sum);
  EXPECT_EQ(read_through(store, cache), "2");
  store.objects.remove("inventory/d");
  EXPECT_EQ(read_through(store, cache), "2");

  std::string damaged = data;
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
  folder.write("reports/" + sum, damaged);
  store.objects.put_bytes("inventory/d", data);
  EXPECT_NE(read_through(store, cache), "2");
  EXPECT_EQ(read_through(store, cache), "2");

  folder.write("reports/" + sum + ".part", damaged.substr(0, damaged.size() - 1));
  std::filesystem::remove(folder / ("reports/" + sum));
  EXPECT_NE(read_through(store, cache), "2");
  EXPECT_EQ(read_through(store, cache), "2");
}

}  // namespace
}  // namespace upkeep
