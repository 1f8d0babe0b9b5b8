#include "parquet/delta_texts.h"

#include <algorithm>

namespace upkeep::parquet {
namespace {

// Sizes are held for a whole page; no writer puts more texts into one.
constexpr std::uint64_t texts_max = 1 << 24;
// Texts that share much can be made long out of few bytes; so much for those of one call.
constexpr std::uint64_t made_max = 1 << 26;
// Behind the last text there is something that may be read, as there is in a page.
constexpr std::size_t padding = 8;

/// All sizes, then all texts.
class SizedTexts final : public Decoder {
 public:
  bool start(std::string_view bytes, std::uint64_t values_max) {
    return read_sizes(bytes, values_max, sizes_, left_);
  }
  std::size_t count() const { return sizes_.size(); }

  bool texts(std::span<std::string_view> into) override {
    if (into.size() > sizes_.size() - next_) return false;
    for (std::string_view& text : into) {
      const std::uint32_t size = sizes_[next_++];
      if (size > left_.size()) return false;
      text = left_.substr(0, size);
      left_.remove_prefix(size);
    }
    return true;
  }

 private:
  std::vector<std::uint32_t> sizes_;
  std::size_t next_ = 0;
  std::string_view left_;
};

/// How much each shares with the one before, then the rest of each as above.
class SharingTexts final : public Decoder {
 public:
  bool start(std::string_view bytes, std::uint64_t values_max) {
    std::string_view rest;
    return read_sizes(bytes, values_max, shared_, rest) && ends_.start(rest, values_max) &&
           ends_.count() == shared_.size();
  }

  bool texts(std::span<std::string_view> into) override {
    if (into.empty()) return true;
    if (into.size() > shared_.size() - next_ || !ends_.texts(into)) return false;
    std::uint64_t size = padding;
    for (std::size_t i = 0; i < into.size(); ++i) size += shared_[next_ + i] + into[i].size();
    if (size > made_max) return false;
    std::vector<char> made(size);
    char* at = made.data();
    for (std::string_view& text : into) {
      const std::uint32_t shared = shared_[next_++];
      if (shared > last_.size()) return false;
      std::ranges::copy(last_.substr(0, shared), at);
      std::ranges::copy(text, at + shared);
      last_ = text = {at, shared + text.size()};
      at += text.size();
    }
    made_ = std::move(made);  // last_ pointed into the old one until now
    return true;
  }

 private:
  std::vector<std::uint32_t> shared_;
  std::size_t next_ = 0;
  SizedTexts ends_;
  std::vector<char> made_;
  std::string_view last_;  ///< into made_
};

}  // namespace

std::unique_ptr<Decoder> make_delta_texts(Encoding encoding, std::string_view bytes,
                                          std::uint64_t values_max) {
  const auto started = [&](auto made) -> std::unique_ptr<Decoder> {
    if (!made->start(bytes, std::min(values_max, texts_max))) return nullptr;
    return made;
  };
  if (encoding == Encoding::delta_length_byte_array) return started(std::make_unique<SizedTexts>());
  return started(std::make_unique<SharingTexts>());
}

}  // namespace upkeep::parquet
