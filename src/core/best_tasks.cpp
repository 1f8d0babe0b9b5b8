#include "core/best_tasks.h"

#include <algorithm>

namespace upkeep {

bool comes_before(const Rank& a, const Rank& b) {
  if (a.held != b.held) return b.held;
  if (a.priority != b.priority) return a.priority < b.priority;
  if (a.deadline != b.deadline) return a.deadline < b.deadline;
  if (a.score != b.score) return a.score > b.score;
  return a.since < b.since;
}

bool comes_before(std::span<const BacklogInput> inputs, const TaskDraft& a, const TaskDraft& b) {
  if (a.rank != b.rank) return comes_before(a.rank, b.rank);
  if (a.key != b.key) return a.key < b.key;
  const CollectionId left = inputs[a.input].collection, right = inputs[b.input].collection;
  return left != right ? left < right : a.first < b.first;
}

bool BestTasks::offer(TaskDraft draft) {
  if (!takes(draft.rank)) return false;
  draft.key = inputs_[draft.input].space->key(draft.first);
  if (worst_ && before(*worst_, draft)) return false;
  drafts_.push_back(std::move(draft));
  if (drafts_.size() / 2 >= keep_) cut();
  return true;
}

void BestTasks::cut() {
  const auto order = [this](const TaskDraft& a, const TaskDraft& b) { return before(a, b); };
  const auto worst = drafts_.begin() + static_cast<std::ptrdiff_t>(keep_ - 1);
  std::ranges::nth_element(drafts_, worst, order);
  worst_ = *worst;
  drafts_.resize(keep_);
}

std::vector<TaskDraft> BestTasks::take() {
  if (drafts_.size() > keep_) cut();
  std::ranges::sort(drafts_,
                    [this](const TaskDraft& a, const TaskDraft& b) { return before(a, b); });
  return std::move(drafts_);
}

}  // namespace upkeep
