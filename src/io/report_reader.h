// S3 Inventory reports in a store: which one counts, and the objects it names.
#pragma once
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/report_cache.h"
#include "port/object_store.h"
#include "report/columns.h"
#include "report/manifest.h"
#include "report/object_batch.h"
#include "report/report_folders.h"

namespace upkeep {

struct Report {
  ReportFolder folder;
  Manifest manifest;
};

/// The newest report under `prefix` whose manifest is what its checksum says; nothing when there
/// is none. An error when the store cannot be searched, when the manifest is not understood, and
/// when there are reports of several configurations: they may speak of different objects.
Result<std::optional<Report>> find_report(ObjectStore&, const std::string& prefix,
                                          std::stop_token stop = {});

/// Reads all files of a report, each by one of as many threads as there are sinks; a sink is
/// called by its own thread only. Every file must have the size and the MD5 that the manifest
/// gives; until this has ended well, nothing that the sinks got may be believed. What the
/// report says of each object is the same in all its files. With a cache they are read from there,
/// and only what is missing is fetched.
Result<ReportColumns> read_report(ObjectStore&, const Report&, std::vector<TakeObjects> sinks,
                                  std::stop_token stop = {}, const ReportCache* cache = nullptr);

}  // namespace upkeep
