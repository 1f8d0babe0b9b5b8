// Why a partition, a task or an incident is as it is: the decisions, oldest first, and how
// it stands now.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "api/style.h"
#include "model/state.h"

namespace upkeep {

struct Explanation {
  std::string kind;     ///< "partition", "task" or "incident"
  std::string subject;  ///< as it is called: a key, a task's or an incident's id
  std::vector<std::pair<std::string, std::string>> facts;  ///< name and text, in order
  std::string standing;               ///< how it is now and what comes next, a sentence
  std::vector<JournalRow> decisions;  ///< oldest first
};

/// {"kind", "subject", "facts": {…}, "standing", "decisions": [{"at", "subject", "text"}]}
std::string explain_json(const Explanation&);
std::string explain_text(const Explanation&, const Style&);

}  // namespace upkeep
