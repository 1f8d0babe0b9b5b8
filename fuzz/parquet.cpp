// Any bytes as a Parquet file, whose footer is framed anew so that the fuzzer need not find out
// how long it is: every column that says it can be read gives as many rows as the file says, or
// an error. Checksums of pages that are wrong keep nobody out, since pages need not have one.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "parquet/file.h"
#include "report/parquet_report.h"

namespace {

using namespace upkeep;

// A run of a few bytes may stand for any number of rows; so many are enough.
constexpr std::uint64_t rows_max = 100'000;

parquet::ReadAt from(std::string_view bytes) {
  return [bytes](std::uint64_t offset, std::span<char> into) -> Result<void> {
    UPKEEP_ASSERT(offset <= bytes.size() && into.size() <= bytes.size() - offset);
    std::ranges::copy(bytes.substr(offset, into.size()), into.begin());
    return {};
  };
}

/// Touches every byte that comes out, and what may be read behind it.
std::uint64_t sum_of(const parquet::Values& values) {
  std::uint64_t sum = values.is_missing.size();
  for (const std::int64_t number : values.numbers) sum += static_cast<std::uint64_t>(number);
  for (const std::string_view text : values.texts) {
    const std::size_t size = text.data() == nullptr ? 0 : text.size() + parquet::padding;
    for (std::size_t i = 0; i < size; ++i) sum += static_cast<unsigned char>(text.data()[i]);
  }
  return sum;
}

void read_column(const parquet::File& file, std::size_t column) {
  std::uint64_t rows = 0, sum = 0;
  const std::vector<std::size_t> wanted{column};
  const auto done = file.read(wanted, [&](const parquet::Batch& batch) -> Result<void> {
    rows += batch.rows;
    sum += sum_of(batch.columns[0]);
    if (rows > rows_max) return fail("enough");
    return {};
  });
  UPKEEP_ASSERT(done ? rows == file.rows() : !done.error().text.empty());
  static_cast<void>(sum);
}

void read(std::string_view bytes) {
  const auto file = parquet::File::open(bytes.size(), from(bytes));
  if (!file) {
    UPKEEP_ASSERT(!file.error().text.empty());
    return;
  }
  for (std::size_t i = 0; i < file->columns().size(); ++i) read_column(*file, i);
  if (file->rows() > rows_max) return;
  if (const auto report = ParquetReport::open(bytes.size(), from(bytes), "lake")) {
    static_cast<void>(report->read([](std::span<const Object>) {}));
  }
}

}  // namespace

/// The first two bytes say how long the footer is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  std::string bytes(reinterpret_cast<const char*>(data + 2), size - 2);
  read(bytes);
  const std::size_t footer = std::min<std::size_t>(data[0] | data[1] << 8, bytes.size());
  for (unsigned i = 0; i < 4; ++i) bytes += static_cast<char>(footer >> (8 * i));
  bytes += "PAR1";
  read(bytes);
  return 0;
}
