#include "io/object_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "collect/command.h"
#include "collect/placeholders.h"
#include "content/check.h"
#include "io/check_command.h"

namespace upkeep {
namespace {

/// Large enough that a request for each costs little.
constexpr std::uint64_t piece_max = 4u << 20;
/// An object that was changed while it was read is read once more.
constexpr int tries_max = 2;

/// Reads one object from begin to end.
class Stream {
 public:
  Stream(ObjectReader& reader, const std::stop_token& stop) : reader_(reader), stop_(stop) {}

  /// The next piece, empty at the end. Valid until the next call.
  Result<std::string_view> next() {
    if (stop_.stop_requested()) return fail("it was stopped");
    const std::uint64_t size = std::min(piece_max, reader_.size() - at_);
    if (size == 0) return std::string_view();
    if (buffer_.empty()) buffer_.resize(size);
    UPKEEP_CHECK(reader_.read(at_, std::span(buffer_.data(), size)));
    at_ += size;
    return std::string_view(buffer_.data(), size);
  }

 private:
  ObjectReader& reader_;
  const std::stop_token& stop_;
  std::uint64_t at_ = 0;
  std::vector<char> buffer_;
};

ObjectVerdict verdict_of(const Result<void>& checked) {
  if (checked) return {};
  return {ObjectVerdict::Kind::invalid, checked.error().text};
}

Result<ObjectVerdict> check_stream(ObjectReader& reader, const Valid& rule,
                                   const std::stop_token& stop) {
  Stream stream(reader, stop);
  const auto check = make_check(rule);
  while (true) {
    UPKEEP_TRY(const std::string_view piece, stream.next());
    if (piece.empty()) return verdict_of(check->finish());
    if (const auto added = check->add(piece); !added) return verdict_of(added);
  }
}

Result<ObjectVerdict> check_footer(ObjectReader& reader, const Valid& rule) {
  std::optional<Error> unreadable;
  const auto checked =
      check_parquet(rule, reader.size(), [&](std::uint64_t offset, std::span<char> into) {
        auto read = reader.read(offset, into);
        if (!read) unreadable = read.error();
        return read;
      });
  if (unreadable) return std::unexpected(*unreadable);
  return verdict_of(checked);
}

bool names(const std::vector<std::string>& command, std::string_view placeholder) {
  return std::ranges::any_of(command, [&](const std::string& argument) {
    return std::ranges::any_of(split_argument(argument), [&](const ArgumentPart& part) {
      return part.is_placeholder && part.text == placeholder;
    });
  });
}

Result<ObjectVerdict> check_by_command(ObjectReader& reader, const std::string& key,
                                       const Valid& rule, const CheckGround& ground) {
  CommandValues values;
  const bool is_path = ground.root.starts_with('/');
  const std::string place = ground.root + key;
  values.values = {{"key", key}, {"uri", is_path ? to_file_uri(place) : place}};
  if (is_path) values.values["path"] = place;
  UPKEEP_CHECK(check_values(rule.command, values));
  CheckRun run{expand_command(rule.command, values), ground.folder, rule.timeout, {}};
  Stream stream(reader, ground.stop);
  if (!names(rule.command, "path") && !names(rule.command, "uri")) {
    run.input = [&stream] { return stream.next(); };
  }
  UPKEEP_TRY(auto flaw, run_check(run, ground.stop));
  if (!flaw) return ObjectVerdict{};
  return ObjectVerdict{ObjectVerdict::Kind::invalid, *std::move(flaw)};
}

Result<ObjectVerdict> check_once(ObjectStore& store, const std::string& key, const Valid& rule,
                                 const CheckGround& ground) {
  UPKEEP_TRY(const auto reader, store.open(key, ground.stop));
  switch (rule.format) {
    case Valid::Format::command:
      return check_by_command(*reader, key, rule, ground);
    case Valid::Format::parquet:
      return check_footer(*reader, rule);
    default:
      return check_stream(*reader, rule, ground.stop);
  }
}

}  // namespace

Result<ObjectVerdict> check_object(ObjectStore& store, const std::string& key, const Valid& rule,
                                   const CheckGround& ground) {
  for (int tries = 1;; ++tries) {
    auto verdict = check_once(store, key, rule, ground);
    if (verdict || ground.stop.stop_requested()) return verdict;
    UPKEEP_TRY(const auto facts, store.look(key, ground.stop));
    if (!facts) return ObjectVerdict{ObjectVerdict::Kind::absent};
    if (tries == tries_max) return verdict;
  }
}

}  // namespace upkeep
