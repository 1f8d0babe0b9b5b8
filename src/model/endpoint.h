// How a server is written that wants the bucket in the name of the host.
#pragma once
#include <string_view>

namespace upkeep {

/// With this the host of an endpoint begins: "https://{bucket}.s3.example.com".
inline constexpr std::string_view bucket_in_host = "{bucket}.";

}  // namespace upkeep
