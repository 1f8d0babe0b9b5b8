#include "report/quick_row.h"

#include <cstring>

#include "report/scan.h"

namespace upkeep {
namespace {

/// Where the text ends if it stands at `at`, else null.
template <std::size_t size>
const char* skip(const char* at, const char (&text)[size]) {
  return std::memcmp(at, text, size - 1) == 0 ? at + size - 1 : nullptr;
}

}  // namespace

QuickRow::QuickRow(std::span<const ColumnRole> roles, std::string_view bucket)
    : roles_(roles.begin(), roles.end()), bucket_(bucket), bucket_size_(bucket.size()) {
  bucket_.resize((bucket.size() + 7) / 8 * 8);
}

const char* QuickRow::read(const char* at, const char* end, Object& object, Traits& traits) {
  const ColumnRole* role = roles_.data();
  for (const ColumnRole* const last = role + roles_.size() - 1;; ++role, ++at) {
    if (at >= end || *at != '"') return nullptr;
    at = field(*role, at + 1, end, object, traits);
    if (at == nullptr || *at != '"') return nullptr;
    ++at;
    if (role == last) break;
    if (*at != ',') return nullptr;
  }
  if (*at == '\r') ++at;
  return *at == '\n' ? at + 1 : nullptr;
}

/// Where the field ends that begins here; null when it is odd.
inline const char* QuickRow::field(ColumnRole role, const char* at, const char* end, Object& object,
                                   Traits& traits) {
  switch (role) {
    case ColumnRole::bucket:
      return skip_bucket(at);
    case ColumnRole::key: {
      const char* const quote = scan::find_quote(at, end, traits.is_encoded);
      if (quote == nullptr || quote == at) return nullptr;
      object.key = {at, static_cast<std::size_t>(quote - at)};
      return quote;
    }
    case ColumnRole::size:
      return scan::take_number(at, object.size) ? at : nullptr;
    case ColumnRole::modified:
      return dates_.read(at, object.modified) ? at + DateReader::length : nullptr;
    case ColumnRole::is_latest:
      if (const char* next = skip(at, "true")) return next;
      traits.is_alive = false;
      return skip(at, "false");
    case ColumnRole::is_delete_marker:
      if (const char* next = skip(at, "false")) return next;
      traits.is_alive = false;
      return skip(at, "true");
    case ColumnRole::other:
      break;
  }
  return scan::find_quote(at, end);
}

/// By words: the name is short, and the same in every row.
inline const char* QuickRow::skip_bucket(const char* at) const {
  std::size_t i = 0;
  for (; i + 8 <= bucket_size_; i += 8) {
    if (scan::load8(at + i) != scan::load8(bucket_.data() + i)) return nullptr;
  }
  const std::uint64_t rest = (std::uint64_t{1} << 8 * (bucket_size_ - i)) - 1;
  if (i < bucket_.size() && (scan::load8(at + i) & rest) != scan::load8(bucket_.data() + i)) {
    return nullptr;
  }
  return at + bucket_size_;
}

}  // namespace upkeep
