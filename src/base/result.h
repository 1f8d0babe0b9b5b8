// Result<T>: a value or the reason why there is none. For what may happen; what may
// not happen is an UPKEEP_ASSERT.
#pragma once
#include <expected>
#include <string>
#include <utility>

namespace upkeep {

/// Why something could not be done: one whole sentence without a final full stop, which
/// names the place and, where there is one, the mend.
struct Error {
  std::string text;
  bool operator==(const Error&) const = default;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(std::string text) {
  return std::unexpected(Error{std::move(text)});
}

// UPKEEP_TRY(const auto rows, read(path)): the value, or return the error.
#define UPKEEP_JOIN_(a, b) a##b
#define UPKEEP_JOIN(a, b) UPKEEP_JOIN_(a, b)
#define UPKEEP_TRY_(result, declaration, ...)          \
  auto result = (__VA_ARGS__);                         \
  if (!result) return std::unexpected(result.error()); \
  declaration = *std::move(result)
#define UPKEEP_TRY(declaration, ...) \
  UPKEEP_TRY_(UPKEEP_JOIN(try_, __LINE__), declaration, __VA_ARGS__)

// UPKEEP_CHECK(write(path)): go on, or return the error of a Result<void>.
#define UPKEEP_CHECK(...)                           \
  do {                                              \
    if (auto checked_ = (__VA_ARGS__); !checked_) { \
      return std::unexpected(checked_.error());     \
    }                                               \
  } while (false)

}  // namespace upkeep
