// The MD5 of bytes that come in pieces: S3 says it of each file of a report.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace upkeep {

/// Guards against damage, not against malice (RFC 6151).
class Md5 {
 public:
  Md5();
  ~Md5();
  Md5(Md5&&) noexcept;
  Md5& operator=(Md5&&) noexcept;

  void add(std::string_view piece);
  /// 32 lower-case hexadecimal digits; once, at the end. An error where OpenSSL is told to
  /// refuse MD5.
  Result<std::string> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace upkeep
