// A collector's command line: placeholders checked once, filled in for each attempt.
#pragma once
#include <cstddef>
#include <expected>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "coverage/space.h"
#include "model/collection.h"
#include "model/collector.h"

namespace upkeep {

/// What the placeholders of one attempt stand for.
struct CommandValues {
  std::map<std::string, std::string, std::less<>> values;  ///< field, key, path, uri, task …
};

/// Is the command fit for this collection? Unknown names, placeholders that a batch does not
/// share, `{key}` without one key, secrets, and placeholders inside the script of a shell's
/// `-c` are errors that say what to write instead. `argument` is the position of the wrong
/// one. A key template that cannot be parsed is not this function's business.
struct CommandError {
  std::size_t argument = 0;
  std::string text;
};
std::expected<void, CommandError> check_command(const Collector&, const Collection&);

/// The argument vector; a value never becomes two arguments. Names that are missing in
/// `values` are an internal error: check_command() was not asked.
std::vector<std::string> expand_command(std::span<const std::string> command,
                                        const CommandValues& values);

/// May this attempt be started? An error names a value that begins with `-` and would be a
/// whole argument, which a program would take for an option.
Result<void> check_values(std::span<const std::string> command, const CommandValues& values);

/// The values that all of these partitions share, with `task` and the places in the store, whose
/// root is an absolute path or `s3://bucket/prefix`: {key}, {uri} and, below a path, {path} only
/// for one partition with an exact key. An S3 URI holds the key as it is, as clients of S3 want
/// it. Who starts the command adds `partitions`, the path of the file.
CommandValues command_values(const Space&, std::span<const std::uint64_t> partitions,
                             std::string_view task, std::string_view store_root);

/// The URI of an absolute path: what a URI may not hold is escaped.
std::string to_file_uri(std::string_view path);

/// One JSON object for each partition, one a line: the file behind {partitions}. All values
/// are texts, in the order of the dimensions.
std::string partitions_file(const Space&, std::span<const std::uint64_t> partitions);

}  // namespace upkeep
