// The words for gap kinds, as they stand in gaps.json and on the command line.
#include "model/gap.h"

#include "base/assert.h"

namespace upkeep {

std::string_view to_text(GapKind kind) {
  switch (kind) {
    case GapKind::missing:
      return "missing";
    case GapKind::invalid:
      return "invalid";
    case GapKind::undersized:
      return "undersized";
    case GapKind::stale:
      return "stale";
    case GapKind::incomplete:
      return "incomplete";
  }
  UPKEEP_ASSERT(false);
}

std::optional<GapKind> parse_gap_kind(std::string_view text) {
  for (const GapKind kind : gap_kinds) {
    if (to_text(kind) == text) return kind;
  }
  return {};
}

}  // namespace upkeep
