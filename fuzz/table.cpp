// Any bytes as CSV and as JSON lines: the same rows or the same error however the text is cut.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "io/table_text.h"

namespace {

using upkeep::Result;
using upkeep::Rows;

Result<Rows> parse(upkeep::TableParser& parser, std::string_view text, std::size_t step) {
  while (!text.empty()) {
    UPKEEP_CHECK(parser.take(text.substr(0, step)));
    text.remove_prefix(step < text.size() ? step : text.size());
  }
  return parser.finish();
}

std::string all_of(const Result<Rows>& rows) {
  if (!rows) return rows.error().text;
  std::string all;
  for (std::uint64_t row = 0; row < rows->size(); ++row) {
    for (std::size_t i = 0; i < rows->columns().size(); ++i) all.append(rows->at(row, i)) += '\0';
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t step = 1 + data[0] % 16;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  for (const auto make : {upkeep::make_csv_parser, upkeep::make_json_lines_parser}) {
    const auto whole = parse(*make({"a", "b"}), text, text.size() + 1);
    const auto cut = parse(*make({"a", "b"}), text, step);
    UPKEEP_ASSERT(whole.has_value() == cut.has_value() && all_of(whole) == all_of(cut));
    UPKEEP_ASSERT(!whole || whole->size() > 0);
  }
  return 0;
}
