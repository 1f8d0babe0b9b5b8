// Events, decisions and wishes as sentences of the transcript.
#pragma once
#include <string>

#include "core/engine.h"
#include "model/config.h"
#include "sim/fault.h"

namespace upkeep::sim {

std::string describe(const Event&, const Config&);
std::string describe(const Change&, Time now);
std::string describe(const Command&, const Config&, Time now);
/// ", as one run until …", ", without filling"; empty for the plain loop.
std::string describe(const Assignment&, const Config&);
/// "dies between commit and act"
std::string_view describe_death(Fault);

// What happens all the time, and explains nothing, is left out.
bool is_worth_a_line(const Event&);
bool is_worth_a_line(const Change&);
bool is_worth_a_line(const Command&);

}  // namespace upkeep::sim
