// What of a configuration shows only once its tables are read: collections that cannot be
// made, and two that would collect the same object.
#pragma once
#include <string>
#include <vector>

#include "config/config.h"
#include "model/config.h"

namespace upkeep {

struct Validation {
  std::vector<ConfigError> errors;  ///< without a line; the key's path says where

  /// A collection that could not be judged, because of its tables and not of its declaration.
  struct Unjudged {
    std::string collection, text;
  };
  std::vector<Unjudged> unjudged;
};

/// Reads all tables, but no store.
Validation validate(const Config&, Time now);

}  // namespace upkeep
