// What the bytes of an object must be: `expect.valid`.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace upkeep {

struct Valid {
  enum class Format : std::uint8_t { json, jsonl, csv, gzip, parquet, command };
  Format format = Format::json;
  std::uint64_t min_rows = 0;  ///< of jsonl, csv and parquet; a header is no row
  // Of csv.
  char separator = ',';
  bool header = true;
  // Of a command: exit code 0 means valid.
  std::vector<std::string> command;
  Duration timeout = std::chrono::minutes{1};  ///< a run that takes longer says "not valid"
  double sample = 1.0;  ///< the share of objects that are checked, chosen by their keys
};

/// "json", "csv" …
std::string_view to_text(Valid::Format);
/// Rules with the same text judge alike.
std::string to_text(const Valid&);
/// Does the rule check the object of this key? The same for all versions of the object.
bool is_sampled(const Valid&, std::string_view key);

}  // namespace upkeep
