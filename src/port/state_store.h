// The port to where rows are kept.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/state.h"

namespace upkeep {

class StateStore {
 public:
  virtual ~StateStore() = default;
  virtual Result<State> load() = 0;
  /// All of them or none; durable when it returns. After an error (a full disk, say) the
  /// same changes may be tried again.
  virtual Result<void> commit(std::span<const Change>) = 0;
  /// Decisions on one subject, oldest first.
  virtual Result<std::vector<JournalRow>> journal(std::string_view subject) = 0;
};

}  // namespace upkeep
