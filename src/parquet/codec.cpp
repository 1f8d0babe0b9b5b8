#include "parquet/codec.h"

#include <fmt/format.h>
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <snappy.h>
#include <zstd.h>

#include <cstring>
#include <memory>

namespace upkeep::parquet {
namespace {

bool unsnappy(std::string_view compressed, std::span<char> plain) {
  std::size_t size = 0;
  return snappy::GetUncompressedLength(compressed.data(), compressed.size(), &size) &&
         size == plain.size() &&
         snappy::RawUncompress(compressed.data(), compressed.size(), plain.data());
}

bool gunzip(std::string_view compressed, std::span<char> plain) {
  const auto inflate = std::make_unique_for_overwrite<inflate_state>();
  isal_inflate_init(inflate.get());
  inflate->crc_flag = ISAL_GZIP;
  inflate->next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(compressed.data()));
  inflate->avail_in = static_cast<std::uint32_t>(compressed.size());
  inflate->next_out = reinterpret_cast<std::uint8_t*>(plain.data());
  inflate->avail_out = static_cast<std::uint32_t>(plain.size());
  return isal_inflate_stateless(inflate.get()) == ISAL_DECOMP_OK && inflate->avail_out == 0;
}

bool unzstd(std::string_view compressed, std::span<char> plain) {
  return ZSTD_decompress(plain.data(), plain.size(), compressed.data(), compressed.size()) ==
         plain.size();
}

bool copy(std::string_view stored, std::span<char> plain) {
  if (stored.size() != plain.size()) return false;
  std::memcpy(plain.data(), stored.data(), stored.size());
  return true;
}

bool apply(Codec codec, std::string_view compressed, std::span<char> plain) {
  switch (codec) {
    case Codec::snappy:
      return unsnappy(compressed, plain);
    case Codec::gzip:
      return gunzip(compressed, plain);
    case Codec::zstd:
      return unzstd(compressed, plain);
    default:
      return copy(compressed, plain);
  }
}

}  // namespace

Result<void> check_known(Codec codec) {
  switch (codec) {
    case Codec::uncompressed:
    case Codec::snappy:
    case Codec::gzip:
    case Codec::zstd:
      return {};
    default:
      return fail(
          fmt::format("it is compressed with {}, which is not read; write the file with "
                      "SNAPPY, GZIP, ZSTD or without compression",
                      name_of(codec)));
  }
}

Result<void> decompress(Codec codec, std::string_view compressed, std::span<char> plain) {
  UPKEEP_CHECK(check_known(codec));
  if (plain.empty()) return {};  // pages of missing values only may lack even the frame
  if (!apply(codec, compressed, plain)) {
    return fail(fmt::format("a page is damaged ({})", name_of(codec)));
  }
  return {};
}

std::uint32_t crc_of(std::string_view bytes) {
  return crc32_gzip_refl(0, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace upkeep::parquet
