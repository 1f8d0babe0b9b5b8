// Does an object hold what `expect.valid` wants? Bytes to a verdict; knows no store and no file.
#pragma once
#include <memory>
#include <string_view>

#include "base/result.h"
#include "model/valid.h"
#include "parquet/chunk_input.h"

namespace upkeep {

/// Takes the bytes of one object in order, in pieces of any size. Errors say what is wrong with
/// them; after one it is of no use any more. Memory is constant.
class ContentCheck {
 public:
  virtual ~ContentCheck() = default;

  virtual Result<void> add(std::string_view piece) = 0;
  /// There are no more bytes.
  virtual Result<void> finish() = 0;
};

/// For formats that are read from begin to end: all but parquet and command. What begins as gzip
/// is unpacked first; it must be whole, too.
std::unique_ptr<ContentCheck> make_check(const Valid&);

/// A Parquet file by its begin and its footer: its row groups lie where they can, and have the
/// rows that are wanted. Pages are not read.
Result<void> check_parquet(const Valid&, std::uint64_t size, const parquet::ReadAt&);

}  // namespace upkeep
