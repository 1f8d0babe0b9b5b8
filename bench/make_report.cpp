// Makes an S3 Inventory report of any size, the configuration that goes with it, and the same
// expectation as SQL, for inventory_bench.py.
//
//     make_report FOLDER OBJECTS COLLECTIONS [LEVEL]      LEVEL is that of zlib, 6 by default
//
// Each collection has two kinds, 3,650 days and as many games a day as it takes to reach the
// number of objects; about one object in a thousand is left out. Keys have about 90 characters.
#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/assert.h"
#include "base/random.h"
#include "base/time.h"
#include "report/md5.h"

namespace {

using namespace upkeep;

constexpr std::string_view bucket = "bench-lake";
constexpr std::string_view parent = "inventory/bench-lake/daily";
constexpr std::array<std::string_view, 2> kinds{"play_by_play", "box_score"};
constexpr std::uint64_t days = 3650;
constexpr std::uint64_t objects_a_file = 500'000;
const Time first_day = parse_time("2015-01-01T00:00:00Z").value();

struct Plan {
  std::filesystem::path folder;
  std::uint64_t collections = 1, games = 1;  ///< games of a day, a kind and a collection
  std::uint64_t files = 1;
  int level = 6;

  std::uint64_t blocks() const { return collections * kinds.size() * days; }
};

/// Gathers rows and packs them as they come.
class PackedFile {
 public:
  PackedFile(const std::filesystem::path& path, int level)
      : out_(path, std::ios::binary), packed_(1 << 20) {
    const int done = deflateInit2(&stream_, level, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
    UPKEEP_ASSERT(done == Z_OK);
  }

  void add(std::string_view text) { pack(text, Z_NO_FLUSH); }

  /// Size and MD5 of what was written.
  std::pair<std::uint64_t, std::string> finish() {
    pack({}, Z_FINISH);
    deflateEnd(&stream_);
    out_.close();
    UPKEEP_ASSERT(out_.good());
    return {size_, md5_.finish().value()};
  }

 private:
  void pack(std::string_view text, int flush) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(packed_.data());
      stream_.avail_out = static_cast<uInt>(packed_.size());
      deflate(&stream_, flush);
      const std::string_view made(packed_.data(), packed_.size() - stream_.avail_out);
      out_.write(made.data(), static_cast<std::streamsize>(made.size()));
      md5_.add(made);
      size_ += made.size();
    } while (stream_.avail_out == 0);
  }

  std::ofstream out_;
  z_stream stream_{};
  std::vector<char> packed_;
  Md5 md5_;
  std::uint64_t size_ = 0;
};

/// The games of one collection, kind and day; returns how many there are.
std::uint64_t add_block(const Plan& plan, std::uint64_t block, std::string& text) {
  Random random(block);
  const Time day = first_day + std::chrono::days{block % days};
  const std::string date = to_text(day).substr(0, 10);
  const std::string written = to_text(day + std::chrono::days{2}).substr(0, 10);
  const std::string folder = fmt::format(
      "basketball/source-{:03}/{}/{}/{}/{}", block / days / kinds.size(),
      kinds[block / days % kinds.size()], date.substr(0, 4), date.substr(5, 2), date.substr(8, 2));
  std::uint64_t count = 0;
  for (std::uint64_t game = 0; game < plan.games; ++game) {
    const std::uint64_t clock = random.below(86'400), size = 1000 + random.below(900'000);
    const std::uint64_t tag = random.next();
    if (random.below(1000) == 0) continue;
    ++count;
    fmt::format_to(std::back_inserter(text),
                   "\"{}\",\"{}/game-{:07}-all-events-as-they-were-recorded.json.gz\",\"{}\","
                   "\"{}T{:02}:{:02}:{:02}.000Z\",\"{:016x}{:016x}\",\"STANDARD\"\n",
                   bucket, folder, game, size, written, clock / 3600, clock / 60 % 60, clock % 60,
                   tag, random.next());
  }
  return count;
}

struct Made {
  std::string entry;  ///< of the manifest
  std::uint64_t objects = 0;
};

Made make_file(const Plan& plan, std::uint64_t number) {
  const std::string key = fmt::format("{}/data/part-{:05}.csv.gz", parent, number);
  PackedFile file(plan.folder / "reports" / key, plan.level);
  Made made;
  std::string text;
  for (std::uint64_t block = number; block < plan.blocks(); block += plan.files) {
    made.objects += add_block(plan, block, text);
    if (text.size() < (1 << 18)) continue;
    file.add(text);
    text.clear();
  }
  file.add(text);
  const auto [size, md5] = file.finish();
  made.entry = fmt::format(R"({{"key": "{}", "size": {}, "MD5checksum": "{}"}})", key, size, md5);
  return made;
}

void write(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out << text;
  UPKEEP_ASSERT(out.good());
}

void write_manifest(const Plan& plan, const std::vector<Made>& files) {
  const auto now = std::chrono::floor<std::chrono::minutes>(std::chrono::system_clock::now());
  std::string entries;
  for (const Made& file : files) entries += (entries.empty() ? "" : ",\n") + file.entry;
  const std::string text = fmt::format(
      R"({{"sourceBucket": "{}", "destinationBucket": "arn:aws:s3:::reports", )"
      R"("version": "2016-11-30", "creationTimestamp": "{}000", "fileFormat": "CSV", )"
      R"("fileSchema": "Bucket, Key, Size, LastModifiedDate, ETag, StorageClass", "files": [{}]}})",
      bucket, std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count(),
      entries);
  std::string minute = to_text(Time{std::chrono::duration_cast<Duration>(now.time_since_epoch())});
  minute = minute.substr(0, 16) + "Z";
  minute[13] = '-';
  Md5 md5;
  md5.add(text);
  const auto folder = plan.folder / "reports" / parent / minute;
  write(folder / "manifest.json", text);
  write(folder / "manifest.checksum", md5.finish().value());
}

void write_config(const Plan& plan) {
  std::string text = fmt::format(
      "state: ./state\n"
      "stores:\n"
      "  lake:\n"
      "    url: \"file:./lake\"\n"
      "    inventory: {{store: reports, prefix: {}, max_age: 3650d, when_old: fail}}\n"
      "  reports: {{url: \"file:./reports\"}}\n"
      "collections:\n",
      parent);
  for (std::uint64_t i = 0; i < plan.collections; ++i) {
    text += fmt::format(
        "  source-{0:03}:\n"
        "    store: lake\n"
        "    key: \"basketball/source-{0:03}/{{kind}}/{{date:%Y/%m/%d}}/game-{{game:07}}"
        "-all-events-as-they-were-recorded.json.gz\"\n"
        "    dimensions:\n"
        "      kind: [{1}, {2}]\n"
        "      date: {{from: 2015-01-01, to: 2024-12-28}}\n"
        "      game: {{from: 0, to: {3}}}\n"
        "    expect: {{min_size: 200B, settled_after: 1d}}\n",
        i, kinds[0], kinds[1], plan.games - 1);
  }
  write(plan.folder / "upkeep.yaml", text);
}

void write_expectation(const Plan& plan) {
  write(plan.folder / "expected.sql",
        fmt::format("select format('basketball/source-{{:03d}}/{{}}/{{}}/game-{{:07d}}"
                    "-all-events-as-they-were-recorded.json.gz', c, kind, "
                    "strftime(date '2015-01-01' + d::integer, '%Y/%m/%d'), g) as key\n"
                    "from range({}) as collections(c), (values ('{}'), ('{}')) as kinds(kind), "
                    "range({}) as days(d), range({}) as games(g)\n",
                    plan.collections, kinds[0], kinds[1], days, plan.games));
}

std::uint64_t make(const Plan& plan) {
  std::filesystem::create_directories(plan.folder / "lake");
  std::filesystem::create_directories(plan.folder / "reports" / parent / "data");
  std::vector<Made> files(plan.files);
  {
    std::atomic<std::uint64_t> next = 0;
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i) {
      threads.emplace_back([&] {
        for (auto n = next++; n < plan.files; n = next++) files[n] = make_file(plan, n);
      });
    }
  }
  write_config(plan);
  write_expectation(plan);
  write_manifest(plan, files);
  std::uint64_t objects = 0;
  for (const Made& file : files) objects += file.objects;
  return objects;
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string_view> given(words, words + count);
  if (given.size() < 4 || number(given[2]) == 0 || number(given[3]) == 0) {
    fmt::print(stderr, "make_report FOLDER OBJECTS COLLECTIONS [LEVEL]\n");
    return 2;
  }
  Plan plan;
  plan.folder = given[1];
  const std::uint64_t objects = number(given[2]);
  plan.collections = number(given[3]);
  plan.games = (objects + plan.blocks() - 1) / plan.blocks();
  plan.files = std::max<std::uint64_t>(2, objects / objects_a_file);
  if (given.size() > 4) plan.level = static_cast<int>(number(given[4]));
  fmt::print("{}\n", make(plan));
}
