// What a table of many rows costs: reading it in each format, beside counting the lines of the
// CSV file and stepping through the SQLite query; making a space of its rows, and once more when
// nothing changed. `rows` is the time for each row, `memory` what is kept.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>

#include "base/assert.h"
#include "base/time.h"
#include "coverage/space.h"
#include "io/sqlite.h"
#include "io/table_cache.h"
#include "io/tables.h"
#include "parquet/test_writer.h"

namespace {

using namespace upkeep;
using Format = Table::Format;

struct Row {
  std::string season, date, game;
};

Row row_at(std::uint64_t i) {
  const Time day{std::chrono::days{11'000 + i / 200}};
  const std::string date = to_text(day).substr(0, 10);
  return {fmt::format("{}-{:02}", date.substr(0, 4), i / 73'000 % 100), date,
          fmt::format("{}", 400'000'000 + i * 3)};
}

/// A folder with the same rows in every format; made once, removed at the end.
class Folder {
 public:
  static const Folder& of(std::uint64_t rows) {
    static std::map<std::uint64_t, std::unique_ptr<Folder>> made;
    auto& folder = made[rows];
    if (!folder) folder.reset(new Folder(rows));
    return *folder;
  }
  ~Folder() { std::filesystem::remove_all(path_); }

  Table table(Format format) const {
    Table made;
    made.format = format;
    made.path = fmt::format("{}/games.{}", path_, ending(format));
    made.fields = {
        {"season", FieldType::text}, {"date", FieldType::date}, {"game", FieldType::text}};
    if (format == Format::sqlite) made.query = "select season, date, game from games";
    return made;
  }

 private:
  explicit Folder(std::uint64_t rows) {
    path_ = (std::filesystem::temp_directory_path() / "upkeep-bench-XXXXXX").string();
    UPKEEP_ASSERT(::mkdtemp(path_.data()) != nullptr);
    using namespace parquet::testing;
    std::ofstream csv(table(Format::csv).path), json(table(Format::json_lines).path);
    std::array<WrittenColumn, 3> columns{{{.name = "season"}, {.name = "date"}, {.name = "game"}}};
    auto sqlite = Sqlite::open(table(Format::sqlite).path, Sqlite::Access::write);
    UPKEEP_ASSERT(sqlite && sqlite->script("create table games (season, date, game); begin"));
    csv << "season,date,game\n";
    for (std::uint64_t i = 0; i < rows; ++i) {
      const auto [season, date, game] = row_at(i);
      csv << season << ',' << date << ',' << game << '\n';
      json << fmt::format("{{\"season\": \"{}\", \"date\": \"{}\", \"game\": \"{}\"}}\n", season,
                          date, game);
      columns[0].texts.emplace_back(season);
      columns[1].texts.emplace_back(date);
      columns[2].texts.emplace_back(game);
      UPKEEP_ASSERT(sqlite->run("insert into games values (?, ?, ?)", season, date, game));
    }
    UPKEEP_ASSERT(sqlite->script("commit"));
    std::ofstream(table(Format::parquet).path, std::ios::binary) << write_parquet(columns);
    for (const Format format : {Format::csv, Format::json_lines, Format::parquet, Format::sqlite}) {
      using Clock = std::filesystem::file_time_type::clock;
      std::filesystem::last_write_time(table(format).path, Clock::now() - std::chrono::hours{1});
    }
  }

  static std::string_view ending(Format format) {
    switch (format) {
      case Format::csv:
        return "csv";
      case Format::json_lines:
        return "jsonl";
      case Format::parquet:
        return "parquet";
      case Format::sqlite:
        return "db";
    }
    return "";
  }

  std::string path_;
};

void count(benchmark::State& state, std::size_t memory) {
  using benchmark::Counter;
  const auto rows = static_cast<double>(state.range(0) * state.iterations());
  state.counters["rows"] = Counter(rows, Counter::kIsRate | Counter::kInvert);
  state.counters["memory"] =
      Counter(static_cast<double>(memory), Counter::kDefaults, Counter::kIs1000);
}

std::size_t memory_in_use() {
  const auto now = ::mallinfo2();
  return now.uordblks + now.hblkhd;
}

/// The bytes of the CSV file, and where its lines end.
void count_lines(benchmark::State& state) {
  const Table table = Folder::of(static_cast<std::uint64_t>(state.range(0))).table(Format::csv);
  std::string piece(256 * 1024, '\0');
  for (auto _ : state) {
    std::ifstream file(table.path, std::ios::binary);
    std::ptrdiff_t lines = 0;
    while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())), file.gcount() > 0) {
      lines += std::count(piece.begin(), piece.begin() + file.gcount(), '\n');
    }
    UPKEEP_ASSERT(lines == state.range(0) + 1);
  }
  count(state, 0);
}

/// SQLite alone.
void step_through_query(benchmark::State& state) {
  const Table table = Folder::of(static_cast<std::uint64_t>(state.range(0))).table(Format::sqlite);
  for (auto _ : state) {
    auto sqlite = Sqlite::open(table.path, Sqlite::Access::read);
    auto statement = sqlite->prepare(table.query);
    std::size_t bytes = 0;
    while (*statement->step()) {
      for (int i = 0; i < 3; ++i) bytes += statement->text(i).size();
    }
    benchmark::DoNotOptimize(bytes);
  }
  count(state, 0);
}

void read(benchmark::State& state, Format format) {
  const Table table = Folder::of(static_cast<std::uint64_t>(state.range(0))).table(format);
  std::size_t memory = 0;
  for (auto _ : state) {
    const std::size_t before = memory_in_use();
    const auto rows = read_table(table);
    UPKEEP_ASSERT(rows && rows->size() == static_cast<std::uint64_t>(state.range(0)));
    memory = memory_in_use() - before;
  }
  count(state, memory);
}

Collection collection_of(const Table& table) {
  Collection collection;
  collection.key = "{season}/{date}/{game}.json";
  collection.dimensions.push_back({"games", table, true});
  return collection;
}

/// Of rows that were read: columns checked, values looked up by hash, the key laid out.
void make_space(benchmark::State& state) {
  const Table table = Folder::of(static_cast<std::uint64_t>(state.range(0))).table(Format::csv);
  Surroundings around;
  around.tables["games"] = std::make_shared<const Rows>(read_table(table).value());
  const Collection collection = collection_of(table);
  std::size_t memory = 0;
  for (auto _ : state) {
    const std::size_t before = memory_in_use();
    const auto space = Space::make(collection, around);
    UPKEEP_ASSERT(space && (*space)->size() == static_cast<std::uint64_t>(state.range(0)));
    memory = memory_in_use() - before;
  }
  count(state, memory);
}

/// As for a store that is listed again.
void make_space_again(benchmark::State& state) {
  const Table table = Folder::of(static_cast<std::uint64_t>(state.range(0))).table(Format::csv);
  const Collection collection = collection_of(table);
  TableCache cache{Zone()};
  std::size_t memory = 0;
  for (auto _ : state) {
    const std::size_t before = memory_in_use();
    Surroundings around;
    around.axes["games"] = cache.axis(collection.dimensions[0]).value();
    UPKEEP_ASSERT(Space::make(collection, around));
    memory = memory_in_use() - before;
  }
  count(state, memory);
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Unit(benchmark::kMillisecond)->Arg(1'000'000)->Arg(3'000'000);
}

BENCHMARK(count_lines)->Apply(sizes);
BENCHMARK_CAPTURE(read, csv, Format::csv)->Apply(sizes);
BENCHMARK_CAPTURE(read, json_lines, Format::json_lines)->Apply(sizes);
BENCHMARK_CAPTURE(read, parquet, Format::parquet)->Apply(sizes);
BENCHMARK(step_through_query)->Apply(sizes);
BENCHMARK_CAPTURE(read, sqlite, Format::sqlite)->Apply(sizes);
BENCHMARK(make_space)->Apply(sizes);
BENCHMARK(make_space_again)->Apply(sizes);

}  // namespace
