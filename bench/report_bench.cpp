// What reading the rows of a CSV report costs beside unpacking it, on one core. Rows are as
// S3 writes them, about 120 bytes; `rows` is the time for each row, `plain` the bytes a second.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <isa-l/igzip_lib.h>
#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/random.h"
#include "base/time.h"
#include "report/csv.h"
#include "report/gunzip.h"
#include "report/md5.h"

namespace {

using namespace upkeep;

constexpr std::uint64_t row_count = 500'000;
const std::vector<std::string> columns{"Bucket", "Key", "Size", "LastModifiedDate", "StorageClass"};

std::string make_rows(std::string_view escape) {
  Random random(7);
  std::string text;
  for (std::uint64_t i = 0; i < row_count; ++i) {
    const Time day{std::chrono::days{18'000 + static_cast<int>(i / 200)}};
    const Time written = day + std::chrono::seconds{100'000 + random.below(80'000)};
    text += fmt::format(
        "\"nba-sim-raw-data-lake\",\"espn/play_by_play/{}/{}{:04}.json\",\"{}\",\"{}\","
        "\"STANDARD\"\n",
        to_text(day).substr(0, 10), escape, i % 1000, random.below(900'000),
        to_text(written).insert(19, ".000"));
  }
  return text;
}

std::string gzip(const std::string& plain) {
  z_stream stream{};
  UPKEEP_ASSERT(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, plain.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  UPKEEP_ASSERT(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

const std::string& plain_rows() {
  static const std::string rows = make_rows("");
  return rows;
}
const std::string& packed_rows() {
  static const std::string packed = gzip(plain_rows());
  return packed;
}

void count(benchmark::State& state, std::size_t plain_size) {
  using benchmark::Counter;
  const auto rows = static_cast<double>(row_count * state.iterations());
  state.counters["rows"] = Counter(rows, Counter::kIsRate | Counter::kInvert);
  state.counters["plain"] = Counter(static_cast<double>(plain_size * state.iterations()),
                                    Counter::kIsRate, Counter::kIs1000);
}

template <class Use>
void in_pieces(std::string_view text, Use use) {
  constexpr std::size_t piece = 128 * 1024;
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
    UPKEEP_ASSERT(use(text.substr(0, piece)));
  }
}

/// The library alone, with a piece of output that is used again and again.
void isal_inflate_alone(benchmark::State& state) {
  const std::string& packed = packed_rows();
  std::vector<std::uint8_t> out(128 * 1024);
  for (auto _ : state) {
    inflate_state inflate;
    isal_inflate_init(&inflate);
    inflate.crc_flag = ISAL_GZIP;
    in_pieces(packed, [&](std::string_view piece) {
      inflate.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(piece.data()));
      inflate.avail_in = static_cast<std::uint32_t>(piece.size());
      do {
        inflate.next_out = out.data();
        inflate.avail_out = static_cast<std::uint32_t>(out.size());
        if (isal_inflate(&inflate) != ISAL_DECOMP_OK) return false;
      } while (inflate.avail_out == 0);
      return true;
    });
  }
  count(state, plain_rows().size());
}
BENCHMARK(isal_inflate_alone)->Unit(benchmark::kMillisecond);

void gunzip(benchmark::State& state) {
  for (auto _ : state) {
    Gunzip unpack;
    in_pieces(packed_rows(), [&](std::string_view piece) {
      return unpack.add(piece, [](std::string_view) { return Result<void>{}; }).has_value();
    });
  }
  count(state, plain_rows().size());
}
BENCHMARK(gunzip)->Unit(benchmark::kMillisecond);

struct Sum {
  std::uint64_t bytes = 0;
  void operator()(std::span<const Object> objects) {
    for (const Object& object : objects) bytes += object.size + object.key.size();
  }
};

void gunzip_and_rows(benchmark::State& state) {
  Sum sum;
  for (auto _ : state) {
    Gunzip unpack;
    auto report = CsvReport::make(columns, "nba-sim-raw-data-lake", std::ref(sum)).value();
    in_pieces(packed_rows(), [&](std::string_view piece) {
      return unpack.add(piece, [&](std::string_view text) { return report.add(text); }).has_value();
    });
    UPKEEP_ASSERT(report.finish() && report.rows() == row_count);
  }
  benchmark::DoNotOptimize(sum.bytes);
  count(state, plain_rows().size());
}
BENCHMARK(gunzip_and_rows)->Unit(benchmark::kMillisecond);

void md5(benchmark::State& state) {
  for (auto _ : state) {
    Md5 digest;
    digest.add(packed_rows());
    benchmark::DoNotOptimize(digest.finish());
  }
  count(state, plain_rows().size());
}
BENCHMARK(md5)->Unit(benchmark::kMillisecond);

void rows(benchmark::State& state, const std::string& text) {
  Sum sum;
  for (auto _ : state) {
    auto report = CsvReport::make(columns, "nba-sim-raw-data-lake", std::ref(sum)).value();
    in_pieces(text, [&](std::string_view piece) { return report.add(piece).has_value(); });
    UPKEEP_ASSERT(report.finish() && report.rows() == row_count);
  }
  benchmark::DoNotOptimize(sum.bytes);
  count(state, text.size());
}

void rows_alone(benchmark::State& state) { rows(state, plain_rows()); }
BENCHMARK(rows_alone)->Unit(benchmark::kMillisecond);

void rows_with_encoded_keys(benchmark::State& state) { rows(state, make_rows("season%3D")); }
BENCHMARK(rows_with_encoded_keys)->Unit(benchmark::kMillisecond);

/// Nothing is quoted, so each row takes the slow way.
void rows_without_quotes(benchmark::State& state) {
  std::string text = plain_rows();
  std::erase(text, '"');
  rows(state, text);
}
BENCHMARK(rows_without_quotes)->Unit(benchmark::kMillisecond);

}  // namespace
