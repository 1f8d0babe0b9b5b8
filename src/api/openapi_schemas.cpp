// What the pages of the document hold: the last part of it.
#include "api/openapi.h"

namespace upkeep {
namespace {

constexpr std::string_view components = R"json(  "components": {
    "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
    "parameters": {
      "Offset": {"name": "offset", "in": "query",
        "schema": {"type": "integer", "minimum": 0, "default": 0}},
      "Limit": {"name": "limit", "in": "query", "description": "How many; coverage at most 1,000",
        "schema": {"type": "integer", "minimum": 1, "default": 100}},
      "Format": {"name": "format", "in": "query", "schema": {"enum": ["json", "text"]}}
    },
    "responses": {
      "Error": {"description": "Why not", "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/Error"}}
      }},
      "Text": {"description": "For people", "content": {
        "text/plain": {"schema": {"type": "string"}}
      }},
      "Health": {"description": "How it is", "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/Health"}},
        "text/plain": {"schema": {"type": "string"}}
      }},
      "Tasks": {"description": "The queue", "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/Tasks"}}
      }}
    },
    "schemas": {
      "Error": {"type": "object", "required": ["error"],
        "properties": {"error": {"type": "string", "minLength": 1}}},
      "Count": {"type": "integer", "minimum": 0},
      "Share": {"type": "number", "minimum": 0, "maximum": 1},
      "Names": {"type": "array", "items": {"type": "string"}, "description": "All when empty"},
      "Time": {"type": "string",
        "pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$"},
      "Partition": {"type": "object", "additionalProperties": {"type": "string"},
        "description": "The fields of a dimension, or of all of them, as text"},
      "State": {"enum": ["healthy", "degraded", "unhealthy"]},
      "Priority": {"enum": ["CRITICAL", "HIGH", "MEDIUM", "LOW"]},
      "ByPriority": {"type": "object", "required": ["critical", "high", "medium", "low"],
        "properties": {
          "critical": {"$ref": "#/components/schemas/Count"},
          "high": {"$ref": "#/components/schemas/Count"},
          "medium": {"$ref": "#/components/schemas/Count"},
          "low": {"$ref": "#/components/schemas/Count"}
        }},
      "Components": {"type": "object", "additionalProperties": {"type": "object",
        "required": ["health", "state", "text", "restarts"], "properties": {
          "health": {"$ref": "#/components/schemas/State"},
          "state": {"type": "string"},
          "text": {"type": "string"},
          "restarts": {"$ref": "#/components/schemas/Count"}
        }}},
      "Health": {"type": "object", "required": ["status", "components"], "properties": {
        "status": {"$ref": "#/components/schemas/State"},
        "components": {"$ref": "#/components/schemas/Components"}
      }},
      "Queue": {"type": "object",
        "required": ["tasks", "gaps", "running", "held", "estimated_minutes", "by_priority"],
        "properties": {
          "tasks": {"$ref": "#/components/schemas/Count"},
          "gaps": {"$ref": "#/components/schemas/Count"},
          "running": {"$ref": "#/components/schemas/Count"},
          "held": {"$ref": "#/components/schemas/Count"},
          "estimated_minutes": {"type": "number", "minimum": 0},
          "by_priority": {"$ref": "#/components/schemas/ByPriority"}
        }},
      "Inventory": {"type": "object", "required": ["objects", "bytes", "at", "age_seconds"],
        "properties": {
          "objects": {"$ref": "#/components/schemas/Count"},
          "bytes": {"$ref": "#/components/schemas/Count"},
          "at": {"oneOf": [{"$ref": "#/components/schemas/Time"}, {"type": "null"}]},
          "age_seconds": {"type": ["number", "null"]}
        }},
      "Running": {"type": "object",
        "required": ["attempt", "task", "collection", "what", "phase", "partitions", "progress",
          "started", "deadline"],
        "properties": {
          "attempt": {"$ref": "#/components/schemas/Count"},
          "task": {"type": "string"},
          "collection": {"type": "string"},
          "what": {"type": "string"},
          "phase": {"enum": ["confirming", "running", "proving", "orphan"]},
          "partitions": {"$ref": "#/components/schemas/Count"},
          "progress": {"$ref": "#/components/schemas/Share"},
          "started": {"$ref": "#/components/schemas/Time"},
          "deadline": {"$ref": "#/components/schemas/Time"}
        }},
      "Schedule": {"type": "object", "required": ["collector", "schedule", "due", "state", "next"],
        "properties": {
          "collector": {"type": "string"},
          "schedule": {"type": "string"},
          "due": {"$ref": "#/components/schemas/Time"},
          "state": {"enum": ["listing", "filling", "done"]},
          "next": {"$ref": "#/components/schemas/Time"}
        }},
      "Collection": {"type": "object", "required": ["name", "standing"],
        "description": "Numbers once it has been judged; why when it is held or unknown",
        "properties": {
          "name": {"type": "string"},
          "standing": {"enum": ["known", "held", "unknown"]},
          "why": {"type": "string"},
          "expected": {"$ref": "#/components/schemas/Count"},
          "present": {"$ref": "#/components/schemas/Count"},
          "missing": {"$ref": "#/components/schemas/Count"},
          "stale": {"$ref": "#/components/schemas/Count"},
          "undersized": {"$ref": "#/components/schemas/Count"},
          "invalid": {"$ref": "#/components/schemas/Count"},
          "incomplete": {"$ref": "#/components/schemas/Count"},
          "too_early": {"$ref": "#/components/schemas/Count"},
          "gone": {"$ref": "#/components/schemas/Count"},
          "strays": {"$ref": "#/components/schemas/Count"},
          "duplicates": {"$ref": "#/components/schemas/Count"},
          "completeness": {"$ref": "#/components/schemas/Share"},
          "objects": {"$ref": "#/components/schemas/Count"},
          "bytes": {"$ref": "#/components/schemas/Count"},
          "inventory_at": {"$ref": "#/components/schemas/Time"}
        }},
      "Upstream": {"type": "object",
        "required": ["name", "attempts", "waiting", "requests_last_minute", "requests", "throttled",
          "learnt_per_minute", "learnt_attempts", "held_by", "held_until"],
        "properties": {
          "name": {"type": "string"},
          "attempts": {"$ref": "#/components/schemas/Count"},
          "waiting": {"$ref": "#/components/schemas/Count"},
          "requests_last_minute": {"$ref": "#/components/schemas/Count"},
          "requests": {"$ref": "#/components/schemas/Count"},
          "throttled": {"$ref": "#/components/schemas/Count"},
          "learnt_per_minute": {"type": ["number", "null"]},
          "learnt_attempts": {"type": ["integer", "null"]},
          "held_by": {"type": "string"},
          "held_until": {"oneOf": [{"$ref": "#/components/schemas/Time"}, {"type": "null"}]}
        }},
      "Incidents": {"type": "array", "items": {"type": "object",
        "required": ["id", "target", "class", "state", "since", "changed", "text", "amount"],
        "properties": {
          "id": {"type": "string", "pattern": "^i[0-9]+$"},
          "target": {"type": "string"},
          "class": {"type": "string"},
          "state": {"enum": ["open", "acked", "closed"]},
          "since": {"$ref": "#/components/schemas/Time"},
          "changed": {"$ref": "#/components/schemas/Time"},
          "text": {"type": "string"},
          "amount": {"$ref": "#/components/schemas/Count"}
        }}},
      "Status": {"type": "object",
        "required": ["running", "pid", "uptime_seconds", "version", "config", "state", "time",
          "health", "http", "mode", "maintenance_until", "components", "queue", "running_tasks",
          "inventory", "listings", "schedules", "collections", "upstreams", "jobs", "incidents"],
        "properties": {
          "running": {"type": "boolean"},
          "pid": {"type": ["integer", "null"]},
          "uptime_seconds": {"type": ["number", "null"]},
          "version": {"type": "string"},
          "config": {"type": "string"},
          "state": {"type": "string"},
          "time": {"$ref": "#/components/schemas/Time"},
          "health": {"oneOf": [{"$ref": "#/components/schemas/State"}, {"type": "null"}]},
          "http": {"type": ["string", "null"]},
          "mode": {"type": "string"},
          "maintenance_until": {"oneOf": [{"$ref": "#/components/schemas/Time"}, {"type": "null"}]},
          "components": {"$ref": "#/components/schemas/Components"},
          "queue": {"$ref": "#/components/schemas/Queue"},
          "running_tasks": {"type": "array", "items": {"$ref": "#/components/schemas/Running"}},
          "inventory": {"$ref": "#/components/schemas/Inventory"},
          "listings": {"type": "array", "items": {"type": "object",
            "required": ["store", "seconds", "keys", "keys_per_second", "requests", "at_once"],
            "properties": {
              "store": {"type": "string"},
              "seconds": {"type": "number"},
              "keys": {"$ref": "#/components/schemas/Count"},
              "keys_per_second": {"type": "number"},
              "requests": {"$ref": "#/components/schemas/Count"},
              "at_once": {"$ref": "#/components/schemas/Count"}
            }}},
          "schedules": {"type": "array", "items": {"$ref": "#/components/schemas/Schedule"}},
          "collections": {"type": "array", "items": {"$ref": "#/components/schemas/Collection"}},
          "upstreams": {"type": "array", "items": {"$ref": "#/components/schemas/Upstream"}},
          "jobs": {"type": "array", "maxItems": 0},
          "incidents": {"$ref": "#/components/schemas/Incidents"}
        }},
      "Metrics": {"type": "object",
        "description": "By name: a number, or one object for each combination of labels",
        "additionalProperties": {"oneOf": [
          {"type": "number"},
          {"type": "array", "items": {"type": "object", "required": ["value"],
            "properties": {"value": {"type": "number"}},
            "additionalProperties": {"type": "string"}}}
        ]}},
      "Tasks": {"type": "object",
        "required": ["schema_version", "generated_at", "total_tasks", "total_gaps", "by_priority",
          "by_source", "by_scraper", "estimated_total_minutes", "truncated", "tasks"],
        "properties": {
          "schema_version": {"const": 1},
          "generated_at": {"$ref": "#/components/schemas/Time"},
          "total_tasks": {"$ref": "#/components/schemas/Count"},
          "total_gaps": {"$ref": "#/components/schemas/Count"},
          "by_priority": {"$ref": "#/components/schemas/ByPriority"},
          "by_source": {"type": "object",
            "additionalProperties": {"$ref": "#/components/schemas/Count"}},
          "by_scraper": {"type": "object",
            "additionalProperties": {"$ref": "#/components/schemas/Count"}},
          "estimated_total_minutes": {"type": "number", "minimum": 0},
          "truncated": {"type": "boolean"},
          "offset": {"$ref": "#/components/schemas/Count"},
          "tasks": {"type": "array", "items": {"$ref": "#/components/schemas/Task"}}
        }},
      "Task": {"type": "object",
        "description": "Further members: fields and labels that all of its partitions share",
        "required": ["id", "priority", "gap_type", "collection", "source", "scraper",
          "missing_files", "estimated_time_minutes", "reason", "detected_at", "created_at",
          "status", "score", "declared_priority", "partitions"],
        "properties": {
          "id": {"type": "string"},
          "priority": {"$ref": "#/components/schemas/Priority"},
          "declared_priority": {"$ref": "#/components/schemas/Priority"},
          "gap_type": {"enum": ["missing", "invalid", "undersized", "stale", "incomplete"]},
          "collection": {"type": "string"},
          "source": {"type": "string"},
          "scraper": {"type": "string"},
          "missing_files": {"$ref": "#/components/schemas/Count"},
          "estimated_time_minutes": {"type": "number", "minimum": 0},
          "reason": {"type": "string"},
          "detected_at": {"$ref": "#/components/schemas/Time"},
          "created_at": {"$ref": "#/components/schemas/Time"},
          "status": {"enum": ["pending", "running", "held"]},
          "held_by": {"type": "string"},
          "progress": {"$ref": "#/components/schemas/Share"},
          "score": {"type": "number"},
          "deadline": {"$ref": "#/components/schemas/Time"},
          "partitions": {"type": "array", "items": {"$ref": "#/components/schemas/Partition"}}
        },
        "additionalProperties": {"type": "string"}},
      "Coverage": {"type": "object", "required": ["collections", "total", "offset", "next"],
        "properties": {
          "collections": {"type": "array", "items": {"type": "object",
            "required": ["name", "standing", "dimensions"],
            "properties": {
              "name": {"type": "string"},
              "standing": {"enum": ["known", "held", "unknown"]},
              "why": {"type": "string"},
              "expected": {"$ref": "#/components/schemas/Count"},
              "good": {"$ref": "#/components/schemas/Count"},
              "completeness": {"$ref": "#/components/schemas/Share"},
              "inventory_at": {"$ref": "#/components/schemas/Time"},
              "dimensions": {"type": "array", "items": {"type": "object",
                "required": ["name", "fields", "values", "has_days"],
                "properties": {
                  "name": {"type": "string"},
                  "fields": {"$ref": "#/components/schemas/Names"},
                  "values": {"$ref": "#/components/schemas/Count"},
                  "has_days": {"type": "boolean"}
                }}}
            }}},
          "total": {"$ref": "#/components/schemas/Count"},
          "offset": {"$ref": "#/components/schemas/Count"},
          "next": {"type": ["integer", "null"]}
        }},
      "CoverageOf": {"type": "object",
        "required": ["collection", "standing", "inventory_at", "by", "total", "offset", "next",
          "values"],
        "properties": {
          "collection": {"type": "string"},
          "standing": {"enum": ["known", "held", "unknown"]},
          "inventory_at": {"$ref": "#/components/schemas/Time"},
          "by": {"type": "string"},
          "total": {"$ref": "#/components/schemas/Count"},
          "offset": {"$ref": "#/components/schemas/Count"},
          "next": {"type": ["integer", "null"]},
          "values": {"type": "array", "items": {"type": "object",
            "required": ["value", "expected", "good", "completeness"],
            "properties": {
              "value": {"$ref": "#/components/schemas/Partition"},
              "expected": {"$ref": "#/components/schemas/Count"},
              "good": {"$ref": "#/components/schemas/Count"},
              "completeness": {"$ref": "#/components/schemas/Share"}
            }}}
        }},
      "Journal": {"type": "object", "required": ["entries", "next"], "properties": {
        "entries": {"type": "array", "items": {"type": "object",
          "required": ["id", "at", "target", "text"],
          "properties": {
            "id": {"$ref": "#/components/schemas/Count"},
            "at": {"$ref": "#/components/schemas/Time"},
            "target": {"type": "string"},
            "text": {"type": "string"}
          }}},
        "next": {"type": ["integer", "null"]}
      }}
    }
  }
}
)json";

}  // namespace

std::string_view openapi_components() { return components; }

}  // namespace upkeep
