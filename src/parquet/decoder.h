// The values of one page, in whatever way they are written.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "parquet/schema.h"

namespace upkeep::parquet {

/// Rounded down; but what is past midnight by less than a millisecond becomes one past it, lest a
/// time be taken for a date.
std::int64_t to_milliseconds(std::int64_t time, std::int64_t per_millisecond);

/// Has numbers() or texts(), as the column's kind is. What comes out is what the file says:
/// units are not converted, except that INT96 becomes milliseconds.
class Decoder {
 public:
  virtual ~Decoder() = default;
  /// The next values, without the missing ones; false when there are fewer, or they are
  /// damaged.
  virtual bool numbers(std::span<std::int64_t> into);
  /// They point into the page, into the dictionary, or are valid until the next call.
  virtual bool texts(std::span<std::string_view> into);
};

/// The values that the pages of a chunk name by their position.
struct Dictionary {
  std::vector<std::int64_t> numbers;
  std::vector<std::string_view> texts;
};

/// `bytes` must stay. An error names the encoding when it is not read, or says what is damaged.
Result<std::unique_ptr<Decoder>> make_decoder(const Column&, Encoding, std::string_view bytes,
                                              std::uint64_t values_max, const Dictionary*);

/// From the bytes of its page, which must stay.
Result<Dictionary> read_dictionary(const Column&, Encoding, std::string_view bytes,
                                   std::uint64_t values);

}  // namespace upkeep::parquet
