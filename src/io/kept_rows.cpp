#include "io/kept_rows.h"

#include "coverage/byte_stream.h"

namespace upkeep {
namespace {

constexpr std::string_view magic = "UPKEEPR1";
constexpr std::size_t checksum_size = 4;

std::unexpected<Error> damaged() {
  return fail("a file of rows in the cache is damaged; it may be deleted at any time");
}

}  // namespace

std::string encode_rows(const KeptRows& kept) {
  ByteWriter out;
  out.raw(magic);
  out.text(kept.origin);
  out.number(kept.sources.size());
  for (const KeptRows::Source& source : kept.sources) {
    out.text(source.key);
    out.number(source.size);
    out.time(source.modified);
    out.number(source.rows);
  }
  const std::size_t columns = kept.rows->columns().size();
  out.number(columns);
  for (const std::string& column : kept.rows->columns()) out.text(column);
  out.number(kept.rows->size());
  for (std::uint64_t row = 0; row < kept.rows->size(); ++row) {
    for (std::size_t column = 0; column < columns; ++column) out.text(kept.rows->at(row, column));
  }
  ByteWriter checksum;
  checksum.word(checksum_of(out.bytes()), checksum_size);
  return std::move(out.bytes()) + checksum.bytes();
}

Result<KeptRows> decode_rows(std::string_view bytes) {
  if (!bytes.starts_with(magic) || bytes.size() < magic.size() + checksum_size) return damaged();
  const std::string_view covered = bytes.substr(0, bytes.size() - checksum_size);
  if (ByteReader(bytes.substr(covered.size())).word(checksum_size) != checksum_of(covered)) {
    return damaged();
  }
  ByteReader in(covered.substr(magic.size()));
  KeptRows kept;
  kept.origin = in.text();
  std::uint64_t of_sources = 0;
  const std::uint64_t sources = in.number();
  if (sources > in.left()) return damaged();
  for (std::uint64_t i = 0; i < sources; ++i) {
    KeptRows::Source& source = kept.sources.emplace_back();
    source.key = in.text();
    source.size = in.number();
    source.modified = in.time();
    source.rows = in.number();
    if (__builtin_add_overflow(of_sources, source.rows, &of_sources)) return damaged();
  }
  const std::uint64_t columns = in.number();
  if (columns > in.left()) return damaged();
  std::vector<std::string> names;
  for (std::uint64_t i = 0; i < columns; ++i) names.emplace_back(in.text());
  const std::uint64_t rows = in.number();
  // A row without columns would take no byte, and there could be any number of them.
  if (columns == 0 || rows > in.left() / columns || rows != of_sources) return damaged();
  kept.rows = std::make_shared<Rows>(std::move(names));
  std::vector<std::string_view> texts(columns);
  for (std::uint64_t row = 0; row < rows; ++row) {
    for (std::string_view& text : texts) text = in.text();
    UPKEEP_CHECK(kept.rows->add(texts));
  }
  if (!in.ok() || in.left() != 0) return damaged();
  return kept;
}

}  // namespace upkeep
