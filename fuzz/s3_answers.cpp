// Any text as an answer of S3: what is accepted is whole, and no part of it is accepted, too.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "s3/answers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace upkeep::s3;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto page = read_list_page(text);
  const auto refusal = read_refusal(text);
  if (page) {
    UPKEEP_ASSERT(!refusal);
    UPKEEP_ASSERT(!page->truncated || !page->next_token.empty());
    for (const ListedObject& object : page->objects) UPKEEP_ASSERT(!object.key.empty());
    // A page ends with the end of its only element; what is cut off before that is refused.
    const std::size_t last = text.rfind("</");
    for (std::size_t cut = last / 2; last != text.npos && cut <= last; cut += last / 4 + 1) {
      const auto shorter = read_list_page(text.substr(0, cut));
      UPKEEP_ASSERT(!shorter || shorter->objects.size() == page->objects.size());
    }
  } else {
    UPKEEP_ASSERT(!page.error().text.empty());
  }
  if (refusal) UPKEEP_ASSERT(!refusal->code.empty());
  if (const auto role = read_assumed_role(text)) {
    UPKEEP_ASSERT(!role->id.empty() && !role->secret.empty() && role->expires);
  }
  return 0;
}
