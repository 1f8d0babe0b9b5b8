#include "net/body_reader.h"

#include <algorithm>
#include <charconv>

namespace upkeep {
namespace {

constexpr std::size_t line_max = 1024;  ///< of a chunk, with its extensions
constexpr std::size_t trailers_max = 8192;

}  // namespace

BodyReader BodyReader::of_length(std::uint64_t bytes) {
  BodyReader reader;
  reader.part_ = bytes == 0 ? Part::end : Part::bytes;
  reader.left_ = bytes;
  return reader;
}

BodyReader BodyReader::chunked(std::uint64_t bytes_max) {
  BodyReader reader;
  reader.part_ = Part::chunk_line;
  reader.allowed_ = bytes_max;
  reader.trailers_left_ = trailers_max;
  return reader;
}

std::size_t BodyReader::take(std::string_view input, std::string& body) {
  std::size_t used = 0;
  while (!refusal_ && part_ != Part::end && used < input.size()) {
    const std::string_view rest = input.substr(used);
    if (part_ != Part::bytes && part_ != Part::chunk_bytes) {
      const std::size_t line = take_line(rest);
      if (line == 0) break;
      used += line;
      continue;
    }
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, rest.size()));
    body.append(rest.substr(0, size));
    used += size;
    left_ -= size;
    if (left_ == 0) part_ = part_ == Part::bytes ? Part::end : Part::chunk_end;
  }
  return used;
}

/// The length of the line that was taken; 0 when it is not whole yet, or refused.
std::size_t BodyReader::take_line(std::string_view input) {
  const std::size_t end = input.find("\r\n");
  if (std::min(end, input.size()) > line_max) {
    refusal_ = {400, "a line between the chunks of the body is too long"};
    return 0;
  }
  if (end == input.npos) return 0;
  const std::string_view line = input.substr(0, end);
  if (part_ == Part::chunk_line) {
    take_chunk_line(line);
  } else if (part_ == Part::chunk_end) {
    if (!line.empty()) refusal_ = {400, "a chunk of the body is longer than its line says"};
    part_ = Part::chunk_line;
  } else if (line.empty()) {
    part_ = Part::end;
  } else if (line.size() > trailers_left_) {
    refusal_ = {431, "the trailers of the body are too long"};
  } else {
    trailers_left_ -= line.size();
  }
  return refusal_ ? 0 : end + 2;
}

void BodyReader::take_chunk_line(std::string_view line) {
  const char* const begin = line.data();
  const auto [end, error] = std::from_chars(begin, begin + line.size(), left_, 16);
  const std::string_view extension = line.substr(static_cast<std::size_t>(end - begin));
  if (error != std::errc{} ||
      !(extension.empty() || extension.find_first_not_of(" \t") == extension.find(';'))) {
    refusal_ = {400, "a chunk of the body does not begin with its length in hexadecimal"};
  } else if (left_ > allowed_) {
    refusal_ = {413, "the body is too large"};
  } else {
    allowed_ -= left_;
    part_ = left_ == 0 ? Part::trailer : Part::chunk_bytes;
  }
}

}  // namespace upkeep
