// Collections that give others their rows: `table: {collection: …}`.
#pragma once
#include "config/reader.h"
#include "model/config.h"

namespace upkeep {

/// Is each such collection there, are its objects of a format that can be read, and does none
/// feed itself, through others either? Fills in the formats that keys tell.
void check_chains(Reader&, const Place& root, Config&);

}  // namespace upkeep
