#include "s3/signature.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/assert.h"
#include "s3/uri.h"

namespace upkeep::s3 {
namespace {

std::string hexadecimal(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

std::string hmac(std::string_view key, std::string_view message) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  UPKEEP_ASSERT(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                     reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                     digest.data(), &size) != nullptr);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

/// "20130524T000000Z".
std::string basic_time(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

/// Without white space at its ends, and with one space for each run of it inside.
std::string folded(std::string_view value) {
  std::string made;
  bool space = false;
  for (const char c : value) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      space = !made.empty();
    } else {
      if (space) made += ' ';
      space = false;
      made += c;
    }
  }
  return made;
}

/// Sorted by encoded name, then by encoded value.
std::string query_text(const Request& request) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [name, value] : request.query) pairs.emplace_back(encoded(name), encoded(value));
  std::ranges::sort(pairs);
  std::string text;
  for (const auto& [name, value] : pairs) {
    if (!text.empty()) text += '&';
    text.append(name).append("=").append(value);
  }
  return text;
}

}  // namespace

std::string sha256(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  UPKEEP_ASSERT(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) ==
                1);
  return hexadecimal({reinterpret_cast<const char*>(digest.data()), size});
}

Signer::Signer(std::string region, std::string service)
    : region_(std::move(region)), service_(std::move(service)) {}

const std::string& Signer::key_of(std::string_view secret, std::string_view day) {
  if (key_.empty() || secret != secret_ || day != day_) {
    secret_ = secret;
    day_ = day;
    key_ = hmac(hmac(hmac(hmac("AWS4" + secret_, day_), region_), service_), "aws4_request");
  }
  return key_;
}

SignedRequest Signer::sign(const Request& request, const Credentials& credentials, Time now) {
  const std::string path = encoded(request.path, Slash::kept), query = query_text(request);
  SignedRequest made;
  made.target = query.empty() ? path : path + "?" + query;
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : request.headers) headers[name] = folded(value);
  if (credentials.id.empty()) {
    made.headers.assign(headers.begin(), headers.end());
    return made;
  }

  const std::string time = basic_time(now), day = time.substr(0, 8);
  headers["host"] = request.host;
  headers["x-amz-date"] = time;
  if (service_ == "s3") headers["x-amz-content-sha256"] = request.payload_sha256;
  if (!credentials.token.empty()) headers["x-amz-security-token"] = credentials.token;
  std::string lines, names;
  for (const auto& [name, value] : headers) {
    lines.append(name).append(":").append(value).append("\n");
    names.append(names.empty() ? "" : ";").append(name);
    if (name != "host") made.headers.emplace_back(name, value);
  }

  const std::string canonical = fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, path, query,
                                            lines, names, request.payload_sha256);
  const std::string scope = fmt::format("{}/{}/{}/aws4_request", day, region_, service_);
  const std::string text =
      fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", time, scope, sha256(canonical));
  made.headers.emplace_back(
      "authorization",
      fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
                  credentials.id, scope, names,
                  hexadecimal(hmac(key_of(credentials.secret, day), text))));
  return made;
}

SignedRequest sign(const Request& request, const Credentials& credentials, std::string_view region,
                   Time now, std::string_view service) {
  return Signer(std::string(region), std::string(service)).sign(request, credentials, now);
}

}  // namespace upkeep::s3
