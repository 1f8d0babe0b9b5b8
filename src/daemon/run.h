// One whole cycle in the foreground: scan, plan, fill, prove, and retry what comes due.
#pragma once
#include <string>

#include "api/progress.h"
#include "base/result.h"
#include "daemon/survey.h"
#include "model/config.h"

namespace upkeep {

/// How a cycle ended.
struct RunEnd {
  bool unjudged = false;  ///< a store or table of the selection could not be judged
  bool trouble = false;   ///< gaps are left, or something failed or was held
  bool stopped = false;   ///< a signal ended it early
  std::string refused;    ///< another process owns the state: nothing was done; a sentence
};

/// Owns the state while it runs. An error means that the cycle could not begin, or that its
/// state could not be written any longer.
Result<RunEnd> run_once(const Config&, Selection, Observer&);

/// The same without any collector: what would be done.
Result<RunEnd> run_dry(const Config&, Selection, Observer&);

}  // namespace upkeep
