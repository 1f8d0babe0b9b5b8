#include "io/redaction.h"

#include <algorithm>
#include <utility>

#include "base/json_text.h"
#include "base/text.h"

namespace upkeep {
namespace {

constexpr std::string_view mask = "***";

/// Of two secrets of which one begins like the other, the longer one must go first.
void insert(std::vector<std::string>& secrets, std::string secret) {
  if (std::ranges::count(secrets, secret) > 0) return;
  const auto place = std::ranges::find_if(
      secrets, [&](const std::string& other) { return other.size() < secret.size(); });
  secrets.insert(place, std::move(secret));
}

/// Of "postgres://user:password@host/name"; empty when there is none.
std::string_view password_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == url.npos) return {};
  const std::string_view rest = url.substr(scheme + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const std::size_t at = authority.rfind('@'), colon = authority.find(':');
  if (at == authority.npos || colon == authority.npos || colon > at) return {};
  return authority.substr(colon + 1, at - colon - 1);
}

}  // namespace

void Redaction::add(std::string_view secret) {
  if (secret.size() < size_min) return;
  insert(plain_, std::string(secret));
  const std::string json = to_json_string(secret);
  insert(as_in_json_, json.substr(1, json.size() - 2));
}

void Redaction::hide(std::string_view secret) {
  const std::lock_guard lock(mutex_);
  add(secret);
  add(password_of(secret));
  if (secret.find('\n') == secret.npos) return;
  for (const std::string_view line : split(secret, '\n')) add(trim(line));
}

std::string Redaction::of(std::string_view text) const {
  const std::lock_guard lock(mutex_);
  return replaced(text, plain_, false);
}

std::string Redaction::of_json(std::string_view json) const {
  const std::lock_guard lock(mutex_);
  return replaced(json, as_in_json_, true);
}

std::string Redaction::replaced(std::string_view text, const std::vector<std::string>& secrets,
                                bool is_json) {
  if (secrets.empty()) return std::string(text);
  std::string firsts;
  for (const std::string& secret : secrets) firsts += secret.front();
  if (is_json) firsts += '\\';
  std::string result;
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find_first_of(firsts), text.size());
    result += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const auto hidden = std::ranges::find_if(
        secrets, [&](const std::string& secret) { return text.starts_with(secret); });
    if (hidden != secrets.end()) {
      result += mask;
      text.remove_prefix(hidden->size());
      continue;
    }
    // An escape stays whole.
    const std::size_t size = is_json && text.front() == '\\' && text.size() > 1 ? 2 : 1;
    result += text.substr(0, size);
    text.remove_prefix(size);
  }
  return result;
}

std::size_t Redaction::unfinished(std::string_view text) const {
  const std::lock_guard lock(mutex_);
  if (plain_.empty()) return 0;
  for (std::size_t size = std::min(text.size(), plain_.front().size() - 1); size > 0; --size) {
    const std::string_view end = text.substr(text.size() - size);
    const auto goes_on = [&](const std::string& secret) {
      return secret.size() > size && secret.starts_with(end);
    };
    if (std::ranges::any_of(plain_, goes_on)) return size;
  }
  return 0;
}

std::string_view RedactedStream::add(std::string_view bytes) {
  if (redaction_ == nullptr) return bytes;
  held_ += bytes;
  const std::size_t shown = held_.size() - redaction_->unfinished(held_);
  shown_ = redaction_->of(std::string_view(held_).substr(0, shown));
  held_.erase(0, shown);
  return shown_;
}

std::string RedactedStream::finish() {
  if (redaction_ == nullptr) return {};
  return redaction_->of(std::exchange(held_, {}));
}

}  // namespace upkeep
