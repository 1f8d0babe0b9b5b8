// What the tests of reports share: rows, gzip, and what came out of them.
#pragma once
#include <gtest/gtest.h>
#include <zlib.h>

#include <string>
#include <string_view>
#include <vector>

#include "model/store.h"
#include "report/csv.h"

namespace upkeep::testing {

/// An object with its own key.
struct Found {
  std::string key;
  std::uint64_t size = 0;
  Time modified;
  bool operator==(const Found&) const = default;
};

inline auto into(std::vector<Found>& found) {
  return [&found](std::span<const Object> objects) {
    for (const Object& object : objects) {
      found.push_back({std::string(object.key), object.size, object.modified});
    }
  };
}

inline std::string gzip(std::string_view plain, int level = 6) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&stream, plain.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

inline Time moment(std::string_view text) { return parse_time(text).value(); }

inline std::string error_of(const auto& result) { return result ? "" : result.error().text; }

}  // namespace upkeep::testing
