// Any bytes as a line of a collector's report: what is understood lies within its bounds.
#include <cstddef>
#include <cstdint>
#include <variant>

#include "base/assert.h"
#include "collect/report.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace upkeep;
  const auto line = parse_report_line({reinterpret_cast<const char*>(data), size});
  if (!line) {
    UPKEEP_ASSERT(!line.error().text.empty());
  } else if (const auto* progress = std::get_if<Progress>(&*line)) {
    UPKEEP_ASSERT(progress->done >= 0 && progress->done <= 1);
  } else if (const auto* later = std::get_if<RetryAfter>(&*line)) {
    UPKEEP_ASSERT(later->wait >= Duration::zero());
  }
  return 0;
}
