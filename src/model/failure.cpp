// The words for failure classes, as they stand in failures.log and in the state.
#include "model/failure.h"

#include "base/assert.h"

namespace upkeep {

std::string_view to_text(FailureClass why) {
  switch (why) {
    case FailureClass::none:
      return "none";
    case FailureClass::data_incomplete:
      return "data_incomplete";
    case FailureClass::timeout:
      return "timeout";
    case FailureClass::permission_denied:
      return "permission_denied";
    case FailureClass::bad_request:
      return "bad_request";
    case FailureClass::killed:
      return "killed";
    case FailureClass::crashed:
      return "crashed";
    case FailureClass::interrupted:
      return "interrupted";
    case FailureClass::unknown:
      return "unknown";
  }
  UPKEEP_ASSERT(false);
}

std::optional<FailureClass> parse_failure_class(std::string_view text) {
  for (const FailureClass why : failure_classes) {
    if (to_text(why) == text) return why;
  }
  return {};
}

}  // namespace upkeep
