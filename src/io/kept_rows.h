// The rows that the objects of a collection hold, as bytes: so that who plans needs no store, and
// who lists reads only what has changed. The file may be deleted at any time.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "coverage/rows.h"

namespace upkeep {

struct KeptRows {
  struct Source {
    std::string key;
    std::uint64_t size = 0;  ///< bytes
    Time modified;           ///< the epoch when another write might not show in it
    std::uint64_t rows = 0;  ///< that the object holds
  };
  std::string origin;           ///< what they were read from and how; others are of no use
  std::vector<Source> sources;  ///< in the order of keys, as their rows are
  std::shared_ptr<Rows> rows;   ///< never null
};

std::string encode_rows(const KeptRows&);
/// An error when the bytes are no such file, or are damaged.
Result<KeptRows> decode_rows(std::string_view bytes);

}  // namespace upkeep
