// Any bytes as an object whose content is checked: the pieces in which they come change nothing,
// and JSON is judged as another reader judges it.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/json.h"
#include "content/check.h"

namespace {

using namespace upkeep;

std::string flaw_of(const Valid& valid, std::string_view bytes, std::size_t step) {
  const auto check = make_check(valid);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size()))) {
    if (const auto added = check->add(bytes.substr(0, step)); !added) return added.error().text;
  }
  const auto finished = check->finish();
  return finished ? "" : finished.error().text;
}

/// What the other reader refuses for what it means, not for how it is written.
bool is_beyond_the_grammar(std::string_view text) {
  return text.contains("\\u") || text.contains('e') || text.contains('E') ||
         text.find_first_of("0123456789") != text.npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t step = 1 + data[0] % 16;
  for (const auto format :
       {Valid::Format::json, Valid::Format::jsonl, Valid::Format::csv, Valid::Format::gzip}) {
    Valid valid;
    valid.format = format;
    valid.min_rows = data[0] / 64;
    const std::string whole = flaw_of(valid, bytes, SIZE_MAX);
    UPKEEP_ASSERT(whole == flaw_of(valid, bytes, step));
    if (format != Valid::Format::json || bytes.starts_with("\x1f\x8b")) continue;
    const bool accepted = Json::accept(bytes);
    // The other one takes a zero byte for the end.
    if (accepted && !bytes.contains('\0')) UPKEEP_ASSERT(whole.empty());
    if (whole.empty() && !accepted) UPKEEP_ASSERT(is_beyond_the_grammar(bytes));
  }
  const auto read = [bytes](std::uint64_t offset, std::span<char> into) -> Result<void> {
    if (offset > bytes.size() || bytes.size() - offset < into.size()) return fail("it ends before");
    bytes.copy(into.data(), into.size(), offset);
    return {};
  };
  (void)check_parquet(Valid{}, bytes.size(), read);
  return 0;
}
