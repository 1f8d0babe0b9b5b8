// A request to S3 before and after it is signed.
#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace upkeep::s3 {

/// SHA-256 of nothing: the payload of a request without a body.
inline constexpr const char* sha256_of_nothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

struct Request {
  std::string method = "GET";
  std::string host = {};   ///< as the header has it: with `:port` where that is not the usual
  std::string path = "/";  ///< decoded; begins with `/`
  std::vector<std::pair<std::string, std::string>> query = {};  ///< decoded
  std::map<std::string, std::string> headers = {};              ///< by lower-case name
  std::string payload_sha256 = sha256_of_nothing;               ///< lower-case hexadecimal digits
};

/// What goes over the wire, byte for byte: a changed byte breaks the signature.
struct SignedRequest {
  std::string target;                                        ///< path and query, encoded
  std::vector<std::pair<std::string, std::string>> headers;  ///< all but `host`
};

}  // namespace upkeep::s3
