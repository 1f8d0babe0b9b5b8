#include "report/date_reader.h"

#include <string>
#include <string_view>

namespace upkeep {

void DateReader::learn(Known& day, const char* at) {
  const auto begin = parse_time(std::string(at, 10) + "T00:00:00Z");
  day = {scan::load8(at + 2), scan::load2(at), begin.has_value(), begin.value_or(Time{})};
}

}  // namespace upkeep
