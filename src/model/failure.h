// Why an attempt did not do what it was started for.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace upkeep {

enum class FailureClass : std::uint8_t {
  none,
  data_incomplete,    ///< claimed success, but the store does not show the objects
  timeout,            ///< ended by upkeep at its time limit
  permission_denied,  ///< exit 77
  bad_request,        ///< the command could not be started
  killed,             ///< ended by a signal from outside
  crashed,            ///< ended by a signal of its own making: SIGSEGV, SIGABRT …
  interrupted,        ///< cut short by upkeep's own end
  unknown,            ///< any other exit code
};

inline constexpr std::array failure_classes = {
    FailureClass::none,        FailureClass::data_incomplete,
    FailureClass::timeout,     FailureClass::permission_denied,
    FailureClass::bad_request, FailureClass::killed,
    FailureClass::crashed,     FailureClass::interrupted,
    FailureClass::unknown};

/// "data_incomplete", "timeout" …
std::string_view to_text(FailureClass);
/// The inverse of to_text.
std::optional<FailureClass> parse_failure_class(std::string_view);

}  // namespace upkeep
