// For tests/schema_check.py: `config_tool schema` prints the JSON Schema; `config_tool check`
// reads configurations that are parted by zero bytes and prints a JSON list of errors for each.
#include <cstdio>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/text.h"
#include "config/config.h"

namespace {

using namespace upkeep;

Json errors_of(std::string_view text) {
  Json list = Json::array();
  const auto config = parse_config(
      {"/home/ann/upkeep.yaml", std::string(text), [](std::string_view) { return "value"; }});
  if (config) return list;
  for (const ConfigError& error : config.error()) {
    list.push_back({{"path", error.key_path}, {"text", error.text}});
  }
  return list;
}

}  // namespace

int main(int count, char** words) {
  if (count == 2 && words[1] == std::string_view("schema")) {
    std::cout << config_schema() << '\n';
    return 0;
  }
  if (count != 2 || words[1] != std::string_view("check")) {
    std::fputs("usage: config_tool schema | check\n", stderr);
    return 2;
  }
  const std::string all{std::istreambuf_iterator<char>(std::cin), {}};
  for (const std::string_view text : split(all, '\0'))
    std::cout << to_text(errors_of(text)) << '\n';
}
