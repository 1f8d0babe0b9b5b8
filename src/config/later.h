// What the configuration will hold one day. Such a key is refused, with a text that says so,
// never read and ignored.
#pragma once
#include <string_view>

namespace upkeep {

/// Is this the path of a key that a later version will read? "stores.lake.region".
bool is_for_later(std::string_view key_path);

}  // namespace upkeep
