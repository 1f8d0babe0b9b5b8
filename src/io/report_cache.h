// Copies of the files of reports that lie far away. A report is read every time its store would
// be listed, but fetched once; what was fetched before an interruption is not fetched again.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "io/descriptor.h"
#include "io/files.h"
#include "port/object_store.h"
#include "report/manifest.h"

namespace upkeep {

/// One file, fetched as far as it has been read. Whether its bytes are right only its MD5 tells,
/// which the reader makes: then it says keep() or reject().
class ReportCopy final : public ObjectReader {
 public:
  std::uint64_t size() const override { return file_.size; }
  Result<void> read(std::uint64_t offset, std::span<char> into) override;

  /// The bytes are what the manifest says: they are kept for the next time. That they cannot be
  /// is no error.
  void keep();
  /// They are not, or cannot be understood: the copy is removed, unless the store failed. Then it
  /// is gone on with the next time, as it is without either call.
  void reject();

 private:
  friend class ReportCache;
  ReportCopy(ObjectStore&, std::string key, ReportFile, std::stop_token);
  bool take_whole();
  Result<void> take_part();
  Result<void> take_unnamed(const std::string& folder);
  Result<void> fetch_more();

  ObjectStore& store_;
  const std::string key_;
  const ReportFile file_;
  const std::stop_token stop_;
  std::string path_;  ///< of the whole copy; empty for one that nobody else finds
  Descriptor copy_;
  std::uint64_t have_ = 0;  ///< bytes of it
  bool is_whole_ = false;   ///< was kept earlier
  bool store_failed_ = false;
  std::unique_ptr<ObjectReader> far_;  ///< once more was fetched
  std::vector<char> piece_;
};

/// May be used by several threads and processes at once: two that read the same file do not
/// disturb each other, and one of them keeps it.
class ReportCache {
 public:
  /// The folder is made when it is missing. Files are named by the MD5 that the manifest gives, so
  /// that another file is never taken for this one; unfinished ones end in `.part`.
  explicit ReportCache(std::string folder) : folder_(std::move(folder)) {}

  /// An error when there is too little space for what is to be fetched. The store must outlive
  /// the copy. What is to be fetched ends soon with an error when it is asked to stop.
  Result<std::unique_ptr<ReportCopy>> open(ObjectStore&, std::string key, const ReportFile&,
                                           std::stop_token stop = {}) const;
  /// Removes what was not used since then. That something cannot be removed is no error.
  void expire(Time before) const { (void)expire_files(folder_, before); }

 private:
  const std::string folder_;
};

}  // namespace upkeep
