// Small helpers for files and folders. Errors name the path and the system's reason.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace upkeep {

/// The whole content of a regular file.
Result<std::string> read_file(const std::string& path);

/// Readers see the old content or the new one, never a part, also after a crash or a power
/// cut. After an error (a full disk, say) the old file is as it was and nothing is left over.
Result<void> write_file_atomically(const std::string& path, std::string_view content,
                                   mode_t mode = 0644);

/// The folder and those above it that are missing; the new ones get `mode`.
Result<void> make_folders(const std::string& path, mode_t mode = 0700);

/// A number that tells this folder from others, whatever path leads to it: copies have others.
std::uint64_t folder_number(const std::string& path);

/// Bytes that this process may still write on the file system of `path`.
Result<std::uint64_t> free_space(const std::string& path);

/// Removes the files under `folder` that were last written before `before`; folders stay,
/// symbolic links are removed but not followed. Tells how many were removed. A file that
/// cannot be removed is an error, after all others were tried; a folder that is not there
/// holds nothing.
Result<std::uint64_t> expire_files(const std::string& folder, Time before);

}  // namespace upkeep
