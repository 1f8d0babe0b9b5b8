// gzip (RFC 1952) to plain bytes, in pieces of any size, with ISA-L.
#pragma once
#include <functional>
#include <memory>
#include <string_view>

#include "base/result.h"

namespace upkeep {

/// Takes files of several members, and zeros behind the last one, as gzip does. After an
/// error it is of no use any more. Memory is constant.
class Gunzip {
 public:
  /// Gets the plain bytes, valid during the call; its error ends the decompression.
  using Take = std::function<Result<void>(std::string_view piece)>;

  Gunzip();
  ~Gunzip();
  Gunzip(Gunzip&&) noexcept;
  Gunzip& operator=(Gunzip&&) noexcept;

  /// An error when it is not gzip, or damaged.
  Result<void> add(std::string_view compressed, const Take& take);
  /// An error when the end is missing.
  Result<void> finish() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace upkeep
