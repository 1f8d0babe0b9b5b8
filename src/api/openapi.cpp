// The paths of the document; what their answers hold is in openapi_schemas.cpp.
#include "api/openapi.h"

namespace upkeep {
namespace {

constexpr std::string_view paths = R"json({
  "openapi": "3.1.0",
  "info": {
    "title": "upkeep",
    "version": "@VERSION@",
    "summary": "What a running upkeep does, and what it can be asked to do",
    "description": "Changes need a bearer token, but not over the control socket."
  },
  "servers": [{"url": "/"}],
  "tags": [
    {"name": "reading", "description": "How it is"},
    {"name": "changing", "description": "What it should do now"}
  ],
  "paths": {
    "/": {"get": {
      "operationId": "index", "tags": ["reading"], "summary": "The pages there are, for people",
      "responses": {
        "200": {"$ref": "#/components/responses/Text"},
        "default": {"$ref": "#/components/responses/Error"}
      }
    }},
    "/health": {"get": {
      "operationId": "health", "tags": ["reading"],
      "summary": "200 when it works, degraded or not; 503 when it is unhealthy",
      "parameters": [{"$ref": "#/components/parameters/Format"}],
      "responses": {
        "200": {"$ref": "#/components/responses/Health"},
        "503": {"$ref": "#/components/responses/Health"},
        "default": {"$ref": "#/components/responses/Error"}
      }
    }},
    "/status": {"get": {
      "operationId": "status", "tags": ["reading"], "summary": "Everything at a glance",
      "parameters": [{"$ref": "#/components/parameters/Format"}],
      "responses": {
        "200": {"description": "Everything; as text with format=text", "content": {
          "application/json": {"schema": {"$ref": "#/components/schemas/Status"}},
          "text/plain": {"schema": {"type": "string"}}
        }},
        "default": {"$ref": "#/components/responses/Error"}
      }
    }},
    "/tasks": {"get": {
      "operationId": "tasks", "tags": ["reading"], "summary": "The queue, as gaps.json has it",
      "parameters": [
        {"$ref": "#/components/parameters/Offset"},
        {"$ref": "#/components/parameters/Limit"}
      ],
      "responses": {
        "200": {"$ref": "#/components/responses/Tasks"},
        "400": {"$ref": "#/components/responses/Error"},
        "503": {"$ref": "#/components/responses/Error"},
        "default": {"$ref": "#/components/responses/Error"}
      }
    }},
    "/metrics": {"get": {
      "operationId": "metrics", "tags": ["reading"],
      "summary": "Numbers for Prometheus; as JSON with Accept: application/json or format=json",
      "parameters": [{"$ref": "#/components/parameters/Format"}],
      "responses": {
        "200": {"description": "Counters and gauges", "content": {
          "text/plain": {"schema": {"type": "string"}},
          "application/json": {"schema": {"$ref": "#/components/schemas/Metrics"}}
        }},
        "default": {"$ref": "#/components/responses/Error"}
      }
    }},
    "/api/v1/tasks": {"get": {
      "operationId": "apiTasks", "tags": ["reading"], "summary": "The same as /tasks",
      "parameters": [
        {"$ref": "#/components/parameters/Offset"},
        {"$ref": "#/components/parameters/Limit"}
      ],
      "responses": {
        "200": {"$ref": "#/components/responses/Tasks"},
        "400": {"$ref": "#/components/responses/Error"},
        "503": {"$ref": "#/components/responses/Error"},
        "default": {"$ref": "#/components/responses/Error"}
      }
    }},
    "/api/v1/collections": {"get": {
      "operationId": "collections", "tags": ["reading"], "summary": "Numbers of each collection",
      "responses": {
        "200": {"description": "In the order of the configuration", "content": {
          "application/json": {"schema": {
            "type": "array", "items": {"$ref": "#/components/schemas/Collection"}
          }}
        }},
        "default": {"$ref": "#/components/responses/Error"}
      }
    }},
    "/api/v1/coverage": {"get": {
      "operationId": "coverage", "tags": ["reading"],
      "summary": "How complete each collection is, and by what that can be asked for",
      "parameters": [
        {"$ref": "#/components/parameters/Offset"},
        {"$ref": "#/components/parameters/Limit"}
      ],
      "responses": {
        "200": {"description": "A page of collections", "content": {
          "application/json": {"schema": {"$ref": "#/components/schemas/Coverage"}}
        }},
        "400": {"$ref": "#/components/responses/Error"},
        "default": {"$ref": "#/components/responses/Error"}
      }
    }},
    "/api/v1/coverage/{collection}": {"get": {
      "operationId": "coverageOf", "tags": ["reading"],
      "summary": "How complete one collection is, by the values of a dimension or by days",
      "parameters": [
        {"name": "collection", "in": "path", "required": true, "schema": {"type": "string"}},
        {"name": "by", "in": "query", "schema": {"type": "string"},
          "description": "A dimension; without it, the days of the time dimension"},
        {"$ref": "#/components/parameters/Offset"},
        {"$ref": "#/components/parameters/Limit"}
      ],
      "responses": {
        "200": {"description": "A page of values, in the order of the dimension", "content": {
          "application/json": {"schema": {"$ref": "#/components/schemas/CoverageOf"}}
        }},
        "400": {"$ref": "#/components/responses/Error"},
        "404": {"$ref": "#/components/responses/Error"},
        "503": {"$ref": "#/components/responses/Error"},
        "default": {"$ref": "#/components/responses/Error"}
      }
    }},
    "/api/v1/components": {"get": {
      "operationId": "components", "tags": ["reading"], "summary": "The parts of upkeep itself",
      "responses": {
        "200": {"description": "By name", "content": {
          "application/json": {"schema": {"$ref": "#/components/schemas/Components"}}
        }},
        "default": {"$ref": "#/components/responses/Error"}
      }
    }},
    "/api/v1/queue": {"get": {
      "operationId": "queue", "tags": ["reading"], "summary": "How much is to be done",
      "responses": {
        "200": {"description": "Counts", "content": {
          "application/json": {"schema": {"$ref": "#/components/schemas/Queue"}}
        }},
        "default": {"$ref": "#/components/responses/Error"}
      }
    }},
    "/api/v1/inventory": {"get": {
      "operationId": "inventory", "tags": ["reading"], "summary": "What lies in the stores",
      "responses": {
        "200": {"description": "The sum of all collections", "content": {
          "application/json": {"schema": {"$ref": "#/components/schemas/Inventory"}}
        }},
        "default": {"$ref": "#/components/responses/Error"}
      }
    }},
    "/api/v1/incidents": {"get": {
      "operationId": "incidents", "tags": ["reading"], "summary": "What is wrong and held",
      "responses": {
        "200": {"description": "Open and acknowledged ones, oldest first", "content": {
          "application/json": {"schema": {"$ref": "#/components/schemas/Incidents"}}
        }},
        "default": {"$ref": "#/components/responses/Error"}
      }
    }},
    "/api/v1/journal": {"get": {
      "operationId": "journal", "tags": ["reading"], "summary": "What was decided, newest first",
      "parameters": [
        {"name": "target", "in": "query", "schema": {"type": "string"},
          "description": "One subject, such as store:lake"},
        {"name": "before", "in": "query", "schema": {"type": "integer", "minimum": 0},
          "description": "The next of the page before"},
        {"name": "limit", "in": "query",
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}}
      ],
      "responses": {
        "200": {"description": "A page of decisions", "content": {
          "application/json": {"schema": {"$ref": "#/components/schemas/Journal"}}
        }},
        "400": {"$ref": "#/components/responses/Error"},
        "default": {"$ref": "#/components/responses/Error"}
      }
    }},
    "/api/v1/events": {"get": {
      "operationId": "events", "tags": ["reading"],
      "summary": "What happens, as it happens: server-sent events named line",
      "responses": {
        "200": {"description": "Each event's data is JSON: time and text", "content": {
          "text/event-stream": {"schema": {"type": "string"}}
        }},
        "default": {"$ref": "#/components/responses/Error"}
      }
    }},
    "/api/v1/openapi.json": {"get": {
      "operationId": "openapi", "tags": ["reading"], "summary": "This description",
      "responses": {
        "200": {"description": "OpenAPI 3.1", "content": {
          "application/json": {"schema": {"type": "object", "additionalProperties": true}}
        }},
        "default": {"$ref": "#/components/responses/Error"}
      }
    }},
    "/api/v1/reconcile": {"post": {
      "operationId": "reconcile", "tags": ["changing"], "summary": "List stores now",
      "security": [{"token": []}, {}],
      "parameters": [{"name": "wait", "in": "query", "schema": {"const": "1"},
        "description": "Answer when they have been listed"}],
      "requestBody": {"content": {"application/json": {"schema": {
        "type": "object", "properties": {"stores": {"$ref": "#/components/schemas/Names"}}
      }}}},
      "responses": {
        "200": {"description": "They have been listed", "content": {
          "application/json": {"schema": {"type": "object", "required": ["listed"],
            "properties": {"listed": {"const": true}}}}
        }},
        "202": {"description": "Asked; in maintenance it is done at held_until", "content": {
          "application/json": {"schema": {"type": "object", "required": ["asked"], "properties": {
            "asked": {"const": "reconcile"}, "held_until": {"$ref": "#/components/schemas/Time"}
          }}}
        }},
        "default": {"$ref": "#/components/responses/Error"}
      }
    }},
    "/api/v1/fill": {"post": {
      "operationId": "fill", "tags": ["changing"], "summary": "Fill gaps now, rests or not",
      "security": [{"token": []}, {}],
      "requestBody": {"content": {"application/json": {"schema": {
        "type": "object", "properties": {
          "collections": {"$ref": "#/components/schemas/Names"},
          "where": {"type": "string", "examples": ["age < 7d"]}
        }
      }}}},
      "responses": {
        "202": {"description": "Asked", "content": {
          "application/json": {"schema": {"type": "object", "required": ["asked"],
            "properties": {"asked": {"const": "fill"}}}}
        }},
        "default": {"$ref": "#/components/responses/Error"}
      }
    }},
    "/api/v1/incidents/{id}/ack": {"post": {
      "operationId": "ack", "tags": ["changing"], "summary": "Acknowledge an incident",
      "security": [{"token": []}, {}],
      "parameters": [
        {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}
      ],
      "responses": {
        "200": {"description": "What became of it", "content": {
          "application/json": {"schema": {"$ref": "#/components/schemas/Incidents"}}
        }},
        "404": {"$ref": "#/components/responses/Error"},
        "default": {"$ref": "#/components/responses/Error"}
      }
    }},
    "/api/v1/acquire/{upstream}": {"post": {
      "operationId": "acquire", "tags": ["changing"],
      "summary": "Wait until requests of an upstream are free",
      "security": [{"token": []}, {}],
      "parameters": [
        {"name": "upstream", "in": "path", "required": true, "schema": {"type": "string"}},
        {"name": "n", "in": "query",
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 1}},
        {"name": "who", "in": "query", "schema": {"type": "string"},
          "description": "Whose requests they are: the collector's UPKEEP_ATTEMPT"}
      ],
      "responses": {
        "200": {"description": "They are yours", "content": {
          "application/json": {"schema": {"type": "object", "required": ["granted"],
            "properties": {"granted": {"const": true}}}}
        }},
        "400": {"$ref": "#/components/responses/Error"},
        "409": {"$ref": "#/components/responses/Error"},
        "default": {"$ref": "#/components/responses/Error"}
      }
    }},
    "/api/v1/reload": {"post": {
      "operationId": "reload", "tags": ["changing"], "summary": "Read the configuration again",
      "security": [{"token": []}, {}],
      "responses": {
        "200": {"description": "It is taken over", "content": {
          "application/json": {"schema": {"type": "object", "required": ["reloaded"],
            "properties": {"reloaded": {"const": true}}}}
        }},
        "409": {"$ref": "#/components/responses/Error"},
        "default": {"$ref": "#/components/responses/Error"}
      }
    }},
    "/api/v1/stop": {"post": {
      "operationId": "stop", "tags": ["changing"], "summary": "End in good order",
      "security": [{"token": []}, {}],
      "responses": {
        "200": {"description": "It ends", "content": {
          "application/json": {"schema": {"type": "object", "required": ["stopping"],
            "properties": {"stopping": {"const": true}}}}
        }},
        "default": {"$ref": "#/components/responses/Error"}
      }
    }}
  },
)json";

}  // namespace

std::string openapi_json(std::string_view version) {
  constexpr std::string_view place = "@VERSION@";
  std::string out(paths);
  out.replace(out.find(place), place.size(), version);
  return out.append(openapi_components());
}

}  // namespace upkeep
