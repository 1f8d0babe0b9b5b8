#include "parquet/decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "parquet/delta_texts.h"
#include "parquet/runs.h"

namespace upkeep::parquet {
namespace {

constexpr std::int64_t milliseconds_of_day = 86'400'000;

/// Numbers as the machine has them.
template <class Number>
class PlainNumbers final : public Decoder {
 public:
  explicit PlainNumbers(std::string_view bytes) : left_(bytes) {}

  bool numbers(std::span<std::int64_t> into) override {
    if (into.size() > left_.size() / sizeof(Number)) return false;
    const char* at = left_.data();
    for (std::int64_t& number : into) {
      Number value;
      std::memcpy(&value, at, sizeof value);
      number = value;
      at += sizeof value;
    }
    left_.remove_prefix(into.size() * sizeof(Number));
    return true;
  }

 private:
  std::string_view left_;
};

/// Timestamps as Impala and old Hive write them: nanoseconds of the day, then the Julian day.
class PlainInt96 final : public Decoder {
 public:
  explicit PlainInt96(std::string_view bytes) : left_(bytes) {}

  bool numbers(std::span<std::int64_t> into) override {
    constexpr std::int64_t day_of_1970 = 2'440'588;
    if (into.size() > left_.size() / 12) return false;
    for (std::int64_t& number : into) {
      std::int64_t nanoseconds = 0;
      std::int32_t day = 0;
      std::memcpy(&nanoseconds, left_.data(), 8);
      std::memcpy(&day, left_.data() + 8, 4);
      left_.remove_prefix(12);
      number = (day - day_of_1970) * milliseconds_of_day + to_milliseconds(nanoseconds, 1'000'000);
    }
    return true;
  }

 private:
  std::string_view left_;
};

/// Eight to the byte, the lowest bit first.
class PlainBooleans final : public Decoder {
 public:
  explicit PlainBooleans(std::string_view bytes) : bytes_(bytes) {}

  bool numbers(std::span<std::int64_t> into) override {
    if (into.size() > bytes_.size() * 8 - position_) return false;
    for (std::int64_t& number : into) number = bits_at(bytes_, position_++, 1);
    return true;
  }

 private:
  std::string_view bytes_;
  std::uint64_t position_ = 0;
};

/// Each with its size in front.
class PlainTexts final : public Decoder {
 public:
  explicit PlainTexts(std::string_view bytes) : left_(bytes) {}

  bool texts(std::span<std::string_view> into) override {
    const char* at = left_.data();
    std::size_t left = left_.size();
    for (std::string_view& text : into) {
      std::uint32_t size = 0;
      if (left < sizeof size) return false;
      std::memcpy(&size, at, sizeof size);
      left -= sizeof size;
      if (left < size) return false;
      text = {at + sizeof size, size};
      at += sizeof size + size;
      left -= size;
    }
    left_ = {at, left};
    return true;
  }

 private:
  std::string_view left_;
};

/// All of one size.
class PlainFixed final : public Decoder {
 public:
  PlainFixed(std::string_view bytes, std::uint32_t width) : left_(bytes), width_(width) {}

  bool texts(std::span<std::string_view> into) override {
    if (into.size() > left_.size() / width_) return false;
    for (std::string_view& text : into) {
      text = left_.substr(0, width_);
      left_.remove_prefix(width_);
    }
    return true;
  }

 private:
  std::string_view left_;
  std::uint32_t width_;
};

/// Positions in the dictionary.
class FromDictionary final : public Decoder {
 public:
  FromDictionary(std::string_view bytes, const Dictionary& dictionary)
      : positions_(bytes.substr(1), static_cast<std::uint8_t>(bytes.front())),
        dictionary_(dictionary) {}

  bool numbers(std::span<std::int64_t> into) override { return look_up(dictionary_.numbers, into); }
  bool texts(std::span<std::string_view> into) override { return look_up(dictionary_.texts, into); }

 private:
  template <class Value>
  bool look_up(const std::vector<Value>& values, std::span<Value> into) {
    std::array<std::uint32_t, 256> positions;
    while (!into.empty()) {
      const auto part = std::span(positions).first(std::min(positions.size(), into.size()));
      if (!positions_.read(part)) return false;
      for (std::size_t i = 0; i < part.size(); ++i) {
        if (part[i] >= values.size()) return false;
        into[i] = values[part[i]];
      }
      into = into.subspan(part.size());
    }
    return true;
  }

  RunReader positions_;
  const Dictionary& dictionary_;
};

class RunBooleans final : public Decoder {
 public:
  explicit RunBooleans(std::string_view bytes) : runs_(bytes, 1) {}

  bool numbers(std::span<std::int64_t> into) override {
    for (std::int64_t& number : into) {
      std::uint32_t value = 0;
      if (!runs_.read({&value, 1})) return false;
      number = value;
    }
    return true;
  }

 private:
  RunReader runs_;
};

class DeltaNumbers final : public Decoder {
 public:
  DeltaNumbers(std::string_view bytes, bool is_short) : reader_(bytes), is_short_(is_short) {}

  bool numbers(std::span<std::int64_t> into) override {
    if (!reader_.read(into)) return false;
    // The differences of 32-bit numbers wrap around at 32 bits.
    if (is_short_) {
      for (std::int64_t& number : into) number = static_cast<std::int32_t>(number);
    }
    return true;
  }

 private:
  DeltaReader reader_;
  bool is_short_;
};

std::unique_ptr<Decoder> make_plain(const Column& column, std::string_view bytes) {
  switch (column.type) {
    case PhysicalType::boolean:
      return std::make_unique<PlainBooleans>(bytes);
    case PhysicalType::int32:
      return std::make_unique<PlainNumbers<std::int32_t>>(bytes);
    case PhysicalType::int64:
      return std::make_unique<PlainNumbers<std::int64_t>>(bytes);
    case PhysicalType::int96:
      return std::make_unique<PlainInt96>(bytes);
    case PhysicalType::byte_array:
      return std::make_unique<PlainTexts>(bytes);
    case PhysicalType::fixed:
      return std::make_unique<PlainFixed>(bytes, column.width);
    default:
      return nullptr;
  }
}

std::unique_ptr<Decoder> make_delta(const Column& column, Encoding encoding, std::string_view bytes,
                                    std::uint64_t values_max) {
  const bool is_short = column.type == PhysicalType::int32;
  const bool is_text =
      column.type == PhysicalType::byte_array || column.type == PhysicalType::fixed;
  if (encoding == Encoding::delta_binary_packed) {
    if (!is_short && column.type != PhysicalType::int64) return nullptr;
    return std::make_unique<DeltaNumbers>(bytes, is_short);
  }
  return is_text ? make_delta_texts(encoding, bytes, values_max) : nullptr;
}

std::unique_ptr<Decoder> make_run_booleans(const Column& column, std::string_view bytes) {
  std::uint32_t size = 0;
  if (column.type != PhysicalType::boolean || bytes.size() < sizeof size) return nullptr;
  std::memcpy(&size, bytes.data(), sizeof size);
  if (size > bytes.size() - sizeof size) return nullptr;
  return std::make_unique<RunBooleans>(bytes.substr(sizeof size, size));
}

std::unique_ptr<Decoder> make_from_dictionary(std::string_view bytes, const Dictionary* from) {
  static const Dictionary nothing;  // a page of missing values only needs none
  if (bytes.empty()) return std::make_unique<FromDictionary>(std::string_view("\0", 1), nothing);
  return std::make_unique<FromDictionary>(bytes, from == nullptr ? nothing : *from);
}

}  // namespace

std::int64_t to_milliseconds(std::int64_t time, std::int64_t per_millisecond) {
  const std::int64_t rest = time % per_millisecond;
  const std::int64_t whole = time / per_millisecond - (rest < 0 ? 1 : 0);
  return rest != 0 && whole % milliseconds_of_day == 0 ? whole + 1 : whole;
}

bool Decoder::numbers(std::span<std::int64_t> into) { return into.empty(); }
bool Decoder::texts(std::span<std::string_view> into) { return into.empty(); }

Result<std::unique_ptr<Decoder>> make_decoder(const Column& column, Encoding encoding,
                                              std::string_view bytes, std::uint64_t values_max,
                                              const Dictionary* dictionary) {
  std::unique_ptr<Decoder> made;
  switch (encoding) {
    case Encoding::plain:
      made = make_plain(column, bytes);
      break;
    case Encoding::plain_dictionary:
    case Encoding::rle_dictionary:
      made = make_from_dictionary(bytes, dictionary);
      break;
    case Encoding::rle:
      made = make_run_booleans(column, bytes);
      break;
    case Encoding::delta_binary_packed:
    case Encoding::delta_length_byte_array:
    case Encoding::delta_byte_array:
      made = make_delta(column, encoding, bytes, values_max);
      break;
    default:
      return fail(
          fmt::format("it is encoded as {}, which is not read; write the file with the "
                      "encodings PLAIN or RLE_DICTIONARY",
                      name_of(encoding)));
  }
  if (made == nullptr) {
    return fail(fmt::format("a page of {} encoded as {} is damaged", name_of(column.type),
                            name_of(encoding)));
  }
  return made;
}

Result<Dictionary> read_dictionary(const Column& column, Encoding encoding, std::string_view bytes,
                                   std::uint64_t values) {
  if (encoding != Encoding::plain && encoding != Encoding::plain_dictionary) {
    return fail(
        fmt::format("its dictionary is encoded as {}, which is not read", name_of(encoding)));
  }
  const auto decoder = make_plain(column, bytes);
  Dictionary dictionary;
  const bool is_text = column.kind == Kind::text;
  // A text has its size in front, and no number is smaller; so what is made stays in bounds.
  const std::size_t value_size_min = column.type == PhysicalType::fixed ? column.width : 4;
  const bool is_possible = decoder != nullptr && values <= bytes.size() / value_size_min;
  if (is_possible && is_text) dictionary.texts.resize(values);
  if (is_possible && !is_text) dictionary.numbers.resize(values);
  if (!is_possible ||
      !(is_text ? decoder->texts(dictionary.texts) : decoder->numbers(dictionary.numbers))) {
    return fail("its dictionary is damaged");
  }
  return dictionary;
}

}  // namespace upkeep::parquet
