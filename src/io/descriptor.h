// A file descriptor that closes itself, and system errors as sentences.
#pragma once
#include <unistd.h>

#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/result.h"

namespace upkeep {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      close();
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }
  ~Descriptor() { close(); }

  /// Whether there is one: false after a failed open().
  explicit operator bool() const { return number_ >= 0; }
  int number() const { return number_; }
  int release() { return std::exchange(number_, -1); }
  void close() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

 private:
  int number_ = -1;
};

/// "No such file or directory", for a value of errno.
inline std::string error_text(int number) { return std::generic_category().message(number); }

/// "PATH cannot be WHAT: No such file or directory". Copy errno before anything else runs.
inline std::unexpected<Error> fail_with(int number, std::string_view path, std::string_view what) {
  return fail(std::string(path) + " cannot be " + std::string(what) + ": " + error_text(number));
}

}  // namespace upkeep
