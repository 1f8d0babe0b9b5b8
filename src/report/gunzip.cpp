#include "report/gunzip.h"

#include <fmt/format.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <cstdint>
#include <memory>

namespace upkeep {
namespace {

// Large enough that calls cost nothing, small enough for the second-level cache.
constexpr std::size_t piece_size = 128 * 1024;

std::string_view meaning_of(int status) {
  switch (status) {
    case ISAL_INCORRECT_CHECKSUM:
      return "the checksum (CRC-32) is wrong";
    case ISAL_INVALID_WRAPPER:
    case ISAL_UNSUPPORTED_METHOD:
      return "this is not gzip";
    default:
      return "the compressed data is damaged";
  }
}

}  // namespace

struct Gunzip::State {
  enum class Place : std::uint8_t {
    start,    ///< nothing was seen yet
    member,   ///< in a member
    between,  ///< behind a member: another one, zeros, or the end
    padding,  ///< in the zeros behind the last member
  };

  void begin_member() {
    isal_inflate_init(&inflate);
    inflate.crc_flag = ISAL_GZIP;
    place = Place::member;
  }

  /// Goes to the next member, over zeros.
  Result<void> skip(std::string_view& compressed) {
    const std::size_t zeros = std::min(compressed.find_first_not_of('\0'), compressed.size());
    if (place != Place::start && zeros > 0) {
      place = Place::padding;
      compressed.remove_prefix(zeros);
    }
    if (compressed.empty()) return {};
    if (place == Place::padding || compressed.front() != '\x1f') {
      return fail(place == Place::start ? "this is not gzip"
                                        : "there is something behind the end of the gzip data");
    }
    begin_member();
    return {};
  }

  Result<void> inflate_member(std::string_view& compressed, const Take& take) {
    inflate.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(compressed.data()));
    inflate.avail_in = static_cast<std::uint32_t>(compressed.size());
    bool more = true;
    while (more) {
      inflate.next_out = reinterpret_cast<std::uint8_t*>(plain.get());
      inflate.avail_out = piece_size;
      if (const int status = isal_inflate(&inflate); status != ISAL_DECOMP_OK) {
        return fail(std::string(meaning_of(status)));
      }
      const std::size_t size = piece_size - inflate.avail_out;
      if (size > 0) UPKEEP_CHECK(take({plain.get(), size}));
      if (inflate.block_state == ISAL_BLOCK_FINISH) place = Place::between;
      more = place == Place::member && (inflate.avail_in > 0 || inflate.avail_out == 0);
    }
    compressed.remove_prefix(compressed.size() - inflate.avail_in);
    return {};
  }

  inflate_state inflate;
  std::unique_ptr<char[]> plain = std::make_unique_for_overwrite<char[]>(piece_size);
  Place place = Place::start;
};

Gunzip::Gunzip() : state_(std::make_unique<State>()) {}
Gunzip::~Gunzip() = default;
Gunzip::Gunzip(Gunzip&&) noexcept = default;
Gunzip& Gunzip::operator=(Gunzip&&) noexcept = default;

Result<void> Gunzip::add(std::string_view compressed, const Take& take) {
  constexpr std::size_t step = 1u << 30;  // ISA-L counts in 32 bits
  while (!compressed.empty()) {
    std::string_view part = compressed.substr(0, step);
    const std::size_t size = part.size();
    if (state_->place == State::Place::member) {
      UPKEEP_CHECK(state_->inflate_member(part, take));
    } else {
      UPKEEP_CHECK(state_->skip(part));
    }
    compressed.remove_prefix(size - part.size());
  }
  return {};
}

Result<void> Gunzip::finish() const {
  if (state_->place == State::Place::member) {
    return fail("the gzip data ends too early: it was cut short");
  }
  if (state_->place == State::Place::start) return fail("it is empty, which is not gzip");
  return {};
}

}  // namespace upkeep
