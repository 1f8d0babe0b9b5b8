// The bytes of a connection as requests: however they are cut, the same ones are let through, whole
// and within the limits. When a broken one is refused may differ, and so may the reason.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/text.h"
#include "net/host_names.h"
#include "net/request_parser.h"

namespace {

using namespace upkeep;

constexpr RequestParser::Limits limits{.header = 600, .body = 100};

std::string text_of(RequestParser& parser) {
  static const HostNames names("::", {"upkeep.example"});
  const auto objection = names.objection(parser.request());
  std::string text = parser.is_head() ? "head " : "";
  text += parser.keeps_alive() ? "stays " : "leaves ";
  text += objection.value_or("let in");
  const IncomingRequest request = parser.release();
  UPKEEP_ASSERT(request.path.starts_with('/') || request.path == "*");
  UPKEEP_ASSERT(is_utf8(request.path) && request.path.find('\0') == std::string::npos);
  UPKEEP_ASSERT(request.body.size() <= limits.body);
  text += " " + request.method + " " + request.path + " " + request.body;
  for (const auto& [name, value] : request.headers) text += "\n" + name + ":" + value;
  for (const auto& [name, value] : request.query) text += "\n" + name + "=" + value;
  return text + "\n\n";
}

/// What is let through, read in pieces of so many bytes. Nothing when a head was too large: how
/// Beast counts depends by some bytes on the pieces.
std::optional<std::string> story_of(std::string_view bytes, std::size_t piece) {
  std::string story, input;
  auto parser = std::make_unique<RequestParser>(limits);
  while (true) {
    const auto before = parser->stage();
    const auto stage = parser->take(input);
    if (stage == RequestParser::Stage::refused) {
      const Refusal& refusal = parser->refusal();
      UPKEEP_ASSERT(refusal.status >= 400 && refusal.status < 600 && !refusal.text.empty());
      if (refusal.status == 414 || refusal.status == 431) return {};
      return story;
    }
    if (stage == RequestParser::Stage::whole) {
      story += text_of(*parser);
      parser = std::make_unique<RequestParser>(limits);
    } else if (stage == before) {
      if (bytes.empty()) return story;
      const std::size_t size = std::min(piece, bytes.size());
      input += bytes.substr(0, size);
      bytes.remove_prefix(size);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = story_of(bytes, size + 1);
  for (const std::size_t piece : {1, 7}) {
    const auto story = story_of(bytes, piece);
    UPKEEP_ASSERT(!whole || !story || *whole == *story);
  }
  return 0;
}
