#include "model/valid.h"

#include <fmt/format.h>

#include "base/assert.h"
#include "base/text.h"

namespace upkeep {

std::string_view to_text(Valid::Format format) {
  switch (format) {
    case Valid::Format::json:
      return "json";
    case Valid::Format::jsonl:
      return "jsonl";
    case Valid::Format::csv:
      return "csv";
    case Valid::Format::gzip:
      return "gzip";
    case Valid::Format::parquet:
      return "parquet";
    case Valid::Format::command:
      return "command";
  }
  UPKEEP_ASSERT(false);
}

std::string to_text(const Valid& valid) {
  std::string text =
      fmt::format("{} rows {} separator {} header {} timeout {} sample {}", to_text(valid.format),
                  valid.min_rows, static_cast<int>(valid.separator), valid.header,
                  valid.timeout.count(), valid.sample);
  // Lengths keep arguments apart, whatever is in them.
  for (const std::string& one : valid.command) text += fmt::format(" {}:{}", one.size(), one);
  return text;
}

bool is_sampled(const Valid& valid, std::string_view key) {
  if (valid.sample >= 1) return true;
  constexpr std::uint64_t parts = 1'000'000;
  // FNV's low bits depend on the last letters only, its high ones on all but these.
  const std::uint64_t hash = hash_of(key);
  const std::uint64_t mixed = (hash ^ hash >> 32) * 0x9e3779b97f4a7c15u >> 32;
  return static_cast<double>(mixed % parts) < valid.sample * static_cast<double>(parts);
}

}  // namespace upkeep
