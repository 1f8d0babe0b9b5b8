// Secrets that must not be shown: wherever they stand in a text, *** stands instead.
#pragma once
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace upkeep {

/// Grows only: what was a secret once stays one. May be used from any thread.
class Redaction {
 public:
  /// Shorter values than this are words that stand everywhere, and no secrets worth the name.
  static constexpr std::size_t size_min = 6;

  /// Also each line of a value with several, and the password of a URL.
  void hide(std::string_view secret);

  std::string of(std::string_view text) const;
  /// Of JSON, which stays JSON: secrets are looked for as they are written there.
  std::string of_json(std::string_view json) const;
  /// How many bytes at the end of the text may be the begin of a secret that goes on.
  std::size_t unfinished(std::string_view text) const;

 private:
  static std::string replaced(std::string_view text, const std::vector<std::string>& secrets,
                              bool is_json);
  void add(std::string_view secret);

  mutable std::mutex mutex_;                     ///< guards everything
  std::vector<std::string> plain_, as_in_json_;  ///< longer ones first
};

/// A text that comes in pieces, in which a secret may be cut.
class RedactedStream {
 public:
  /// `redaction` may be null: then nothing is hidden.
  explicit RedactedStream(const Redaction* redaction) : redaction_(redaction) {}
  /// What can be shown by now; it stays as long as `bytes` and until the next call.
  std::string_view add(std::string_view bytes);
  std::string finish();

 private:
  const Redaction* redaction_;
  std::string held_, shown_;
};

}  // namespace upkeep
