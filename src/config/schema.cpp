// The forms of the configuration as a JSON Schema.
#include <fmt/format.h>

#include "base/assert.h"
#include "base/json.h"
#include "config/config.h"
#include "config/top.h"

namespace upkeep {
namespace {

Json schema_of(const Shape& shape);

Json text_schema(const Shape& shape) {
  Json schema{{"type", "string"}};
  if (!shape.words.empty()) {
    schema["enum"] = shape.words;
  } else if (shape.pattern.empty()) {
    schema["minLength"] = 1;
  } else {
    // What `${env:…}` stands for is checked when it is known.
    schema["pattern"] = fmt::format("{}|[$][{{]env:", shape.pattern);
  }
  return schema;
}

Json number_schema(const Shape& shape) {
  Json schema{{"type", shape.kind == Shape::Kind::whole ? "integer" : "number"}};
  if (shape.whole_min) schema["minimum"] = *shape.whole_min;
  if (shape.whole_max) schema["maximum"] = *shape.whole_max;
  if (shape.min) schema["minimum"] = *shape.min;
  if (shape.max) schema["maximum"] = *shape.max;
  return schema;
}

Json record_schema(const Shape& shape) {
  Json properties = Json::object(), required = Json::array();
  for (const KeyShape& key : shape.keys) {
    Json schema = schema_of(key.shape);
    schema["description"] = key.meaning;
    if (!key.default_value.empty()) {
      const auto value = parse_json(key.default_value);
      UPKEEP_ASSERT(value);
      schema["default"] = *value;
    }
    properties[key.name] = std::move(schema);
    if (key.required) required.push_back(key.name);
  }
  Json schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  schema["additionalProperties"] = false;
  return schema;
}

Json schema_of(const Shape& shape) {
  switch (shape.kind) {
    case Shape::Kind::boolean:
      return {{"type", "boolean"}};
    case Shape::Kind::whole:
    case Shape::Kind::number:
      return number_schema(shape);
    case Shape::Kind::text:
      return text_schema(shape);
    case Shape::Kind::scalar: {
      Json schema{{"type", {"string", "number", "boolean"}}};
      if (!shape.may_be_empty) schema["minLength"] = 1;
      return schema;
    }
    case Shape::Kind::list: {
      Json schema{{"type", "array"}, {"items", schema_of(shape.inner.front())}};
      if (shape.items_min > 0) schema["minItems"] = shape.items_min;
      if (shape.items_max) schema["maxItems"] = *shape.items_max;
      return schema;
    }
    case Shape::Kind::map:
      return {{"type", "object"},
              {"propertyNames", {{"pattern", shape.pattern}}},
              {"additionalProperties", schema_of(shape.inner.front())}};
    case Shape::Kind::record:
      return record_schema(shape);
    case Shape::Kind::any_of:
      break;
  }
  Json schema{{"anyOf", Json::array()}};
  for (const Shape& inner : shape.inner) schema["anyOf"].push_back(schema_of(inner));
  return schema;
}

}  // namespace

std::string config_schema() {
  const Config nothing;
  Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
              {"title", "upkeep.yaml"},
              {"description", "What should exist, where it lives, and what fills the gaps."}};
  schema.update(schema_of(top(nothing).shape));
  return to_text(schema, true);
}

}  // namespace upkeep
