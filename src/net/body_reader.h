// Takes the body of a request off the bytes that come, whichever way they are cut.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace upkeep {

/// Why a request is answered by the server itself.
struct Refusal {
  int status = 400;
  std::string text;
};

/// A body of known length, or in chunks (RFC 9112 7.1), whose extensions and trailers are dropped.
class BodyReader {
 public:
  BodyReader() = default;  ///< for a request without a body
  static BodyReader of_length(std::uint64_t bytes);
  /// The text of all chunks may be `bytes_max` long.
  static BodyReader chunked(std::uint64_t bytes_max);

  /// Takes from `input` what belongs to the body and returns how many bytes that were; what it
  /// leaves is the next request when the body is complete, else it wants to be seen again.
  std::size_t take(std::string_view input, std::string& body);
  bool is_complete() const { return part_ == Part::end; }
  const std::optional<Refusal>& refusal() const { return refusal_; }

 private:
  enum class Part : unsigned char { bytes, chunk_line, chunk_bytes, chunk_end, trailer, end };
  std::size_t take_line(std::string_view input);
  void take_chunk_line(std::string_view line);

  Part part_ = Part::end;
  std::uint64_t left_ = 0;         ///< bytes of the body, or of the chunk
  std::uint64_t allowed_ = 0;      ///< bytes of all chunks to come
  std::size_t trailers_left_ = 0;  ///< bytes
  std::optional<Refusal> refusal_;
};

}  // namespace upkeep
