#include "api/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace upkeep {

const std::string& source_of(const Collection& collection) {
  const auto label = collection.labels.find("source");
  return label == collection.labels.end() ? collection.name : label->second;
}

std::string_view to_text(Task::Status status) {
  switch (status) {
    case Task::Status::pending:
      return "pending";
    case Task::Status::running:
      return "running";
    case Task::Status::held:
      return "held";
  }
  return "";
}

bool is_hold(const IncidentRow& row) { return row.kind.starts_with("held_"); }

std::string lower_text(Priority priority) {
  std::string text(to_text(priority));
  for (char& c : text) c = static_cast<char>(c | 0x20);
  return text;
}

Partition shared_fields(const Space& space, std::span<const std::uint64_t> partitions) {
  Partition shared = space.partition(partitions.front());
  for (const std::uint64_t index : partitions.subspan(1)) {
    const Partition other = space.partition(index);
    std::erase_if(shared, [&](const auto& field) {
      for (const auto& candidate : other) {
        if (candidate.first == field.first) return candidate.second != field.second;
      }
      return true;
    });
    if (shared.empty()) break;
  }
  return shared;
}

std::string to_text(const Partition& partition) {
  std::string text;
  for (const auto& [field, value] : partition) {
    if (!text.empty()) text += ' ';
    text += field;
    text += '=';
    text += value;
  }
  return text;
}

void write(JsonWriter& json, const Partition& partition) {
  json.begin_object();
  for (const auto& [field, value] : partition) json.member(field, value);
  json.end_object();
}

std::string counted(std::uint64_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", with_thousands(number), number == 1 ? one : many);
}

std::string describe(const Space& space, std::span<const std::uint64_t> partitions) {
  if (partitions.empty()) return {};
  const std::string shared = to_text(shared_fields(space, partitions));
  if (partitions.size() == 1) return shared;
  const std::string number = counted(partitions.size(), "partition", "partitions");
  return shared.empty() ? number : fmt::format("{} ({})", shared, number);
}

std::string reason_of(const Config& config, const Task& task) {
  const bool one = task.partitions.size() == 1;
  const std::string what = fmt::format("{} of {}", describe(*task.space, task.partitions),
                                       config.of(task.collection).name);
  const std::string since =
      task.since > Time{} ? fmt::format(" since {}", to_text(task.since)) : "";
  switch (task.kind) {
    case GapKind::missing:
      return fmt::format("{} {} due and not in the store{}", what, one ? "is" : "are", since);
    case GapKind::invalid:
      return fmt::format("{} {} no valid content{}", what, one ? "has" : "have", since);
    case GapKind::undersized:
      return fmt::format("{} {} smaller than min_size{}", what, one ? "is" : "are", since);
    case GapKind::stale:
      return fmt::format("{} {} written too early to be final, or too long ago{}", what,
                         one ? "was" : "were", since);
    case GapKind::incomplete:
      return fmt::format("{} {} fewer objects than expected{}", what, one ? "has" : "have", since);
  }
  return what;
}

Duration estimate_of(const Config& config, const Task& task) {
  const auto& collector = config.of(task.collection).collector;
  if (!collector) return Duration{0};
  return config.of(*collector).estimate * static_cast<std::int64_t>(task.partitions.size());
}

double minutes(Duration duration) {
  return std::round(static_cast<double>(duration.count()) / 6) / 10'000;
}

std::string to_percent_text(double share) {
  if (share >= 1) return "100 %";
  if (share <= 0) return "0 %";
  const double tenths = std::clamp(std::round(share * 1000), 1.0, 999.0);
  return fmt::format("{:.1f} %", tenths / 10);
}

}  // namespace upkeep
