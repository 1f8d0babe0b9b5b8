// What the partitions of one attempt give to its command: values and the file behind
// {partitions}.
#include <fmt/format.h>

#include <string>

#include "base/json.h"
#include "collect/command.h"

namespace upkeep {
namespace {}  // namespace

std::string to_file_uri(std::string_view path) {
  std::string uri = "file://";
  for (const char c : path) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') ||
                          std::string_view("/-._~!$&'()*+,;=:@").contains(c);
    if (is_plain) {
      uri += c;
    } else {
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return uri;
}

CommandValues command_values(const Space& space, std::span<const std::uint64_t> partitions,
                             std::string_view task, std::string_view store_root) {
  CommandValues out;
  auto& values = out.values;
  if (!partitions.empty()) {
    for (auto& [field, text] : space.partition(partitions.front())) values[field] = text;
    for (const std::uint64_t index : partitions.subspan(1)) {
      for (const auto& [field, text] : space.partition(index)) {
        const auto value = values.find(field);
        if (value != values.end() && value->second != text) values.erase(value);
      }
    }
  }
  values["task"] = task;
  if (partitions.size() == 1 && space.has_exact_keys()) {
    const std::string key = space.key(partitions.front());
    const std::string path =
        fmt::format("{}{}{}", store_root, store_root.ends_with('/') ? "" : "/", key);
    values["key"] = key;
    if (path.starts_with('/')) {
      values["uri"] = to_file_uri(path);
      values["path"] = path;
    } else {
      values["uri"] = path;
    }
  }
  return out;
}

std::string partitions_file(const Space& space, std::span<const std::uint64_t> partitions) {
  std::string out;
  for (const std::uint64_t index : partitions) {
    Json line = Json::object();
    for (auto& [field, text] : space.partition(index)) line[field] = std::move(text);
    out += to_text(line);
    out += '\n';
  }
  return out;
}

}  // namespace upkeep
