// State that lives only as long as the process: for looking without remembering, and tests.
#pragma once
#include <vector>

#include "port/state_store.h"

namespace upkeep {

class MemoryState final : public StateStore {
 public:
  MemoryState() = default;
  explicit MemoryState(State state) : state_(std::move(state)) {}

  Result<State> load() override { return state_; }
  Result<void> commit(std::span<const Change>) override;
  Result<std::vector<JournalRow>> journal(std::string_view subject) override;

 private:
  State state_;
  std::vector<JournalRow> journal_;
};

}  // namespace upkeep
