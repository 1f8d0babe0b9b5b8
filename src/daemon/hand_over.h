// A listing as one process hands it to another: all that StoreListed says, with a checksum.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "core/event.h"
#include "daemon/inventory.h"
#include "daemon/listing_watch.h"
#include "model/config.h"

namespace upkeep {

/// `listed_at`: the moment for which its spaces were made.
std::string encode_listing(const Config&, const StoreListed&, Time listed_at);

/// `bytes` are what encode_listing() made under the same configuration; the request is that of
/// `wish`. Tables are read again if they changed; what has changed in them meanwhile is mapped by
/// value. An error when anything is missing or damaged.
Result<StoreListed> decode_listing(const Config&, TableCache&, const ListStore& wish,
                                   std::string_view bytes);

/// Has the store listed by a process of its own, under limits.memory and within
/// loop.max_run_time. Its death is a failed listing. `watch` is called in this thread.
StoreListed list_store_apart(const Config&, TableCache&, const ListStore&,
                             const WatchListing& watch = {}, std::stop_token stop = {});

/// What that process does: lists the store and gives what is to be written to its standard output,
/// behind the lines that it has `say` write there at once: how far it is.
Result<std::string> list_store_for_parent(const Config&, const std::string& store,
                                          const std::function<void(const std::string&)>& say);

}  // namespace upkeep
