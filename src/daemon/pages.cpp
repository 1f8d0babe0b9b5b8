#include "daemon/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "api/incidents_json.h"
#include "api/json_writer.h"
#include "api/openapi.h"
#include "base/json.h"
#include "base/text.h"
#include "daemon/setup.h"
#include "io/files.h"
#include "io/journal_page.h"
#include "s3/signature.h"

namespace upkeep {
namespace {

constexpr std::string_view api = "/api/v1/";
/// A loop that has not moved for so long hangs; it wakes every second.
constexpr Duration silence_max = std::chrono::seconds{30};

HttpResponse json(std::string body) { return {.body = std::move(body)}; }
HttpResponse text(std::string body) {
  return {.type = "text/plain; charset=utf-8", .body = std::move(body)};
}

std::string value_of(const std::map<std::string, std::string>& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? "" : found->second;
}

/// How the terminal looks that asks: width, colours, unicode.
Style style_of(const IncomingRequest& request) {
  Style style;
  style.width = parse_number(value_of(request.query, "width")).value_or(0);
  const std::uint64_t colours = parse_number(value_of(request.query, "colours")).value_or(0);
  style.colours = static_cast<Colours>(std::min<std::uint64_t>(colours, 3));
  style.unicode = value_of(request.query, "unicode") == "1";
  return style;
}

bool wants_text(const IncomingRequest& request) {
  return value_of(request.query, "format") == "text";
}

bool wants_json(const IncomingRequest& request) {
  return value_of(request.headers, "accept").find("application/json") != std::string::npos ||
         value_of(request.query, "format") == "json";
}

/// gaps.json, or some of its tasks: `?offset=100&limit=50`.
HttpResponse tasks_page(const IncomingRequest& request, const std::string& queue_file) {
  const auto file = read_file(queue_file);
  if (!file) return error_response(503, "there is no queue yet: the stores are being listed");
  const std::string limit = value_of(request.query, "limit");
  const std::string offset = value_of(request.query, "offset");
  if (limit.empty() && offset.empty()) return json(*file);
  const auto from = offset.empty() ? 0 : parse_number(offset);
  const auto count = limit.empty() ? 100 : parse_number(limit);
  if (!from || !count) return error_response(400, "`offset` and `limit` are whole numbers");
  auto page = parse_json(*file);
  if (!page) return error_response(500, "the queue could not be read: " + page.error().text);
  Json& tasks = (*page)["tasks"];
  Json some = Json::array();
  for (std::size_t i = *from; i < tasks.size() && i - *from < *count; ++i) some.push_back(tasks[i]);
  tasks = std::move(some);
  (*page)["offset"] = *from;
  return json(to_text(*page, true) + "\n");
}

/// What was decided, newest first: `?target=store:lake&limit=50&before=1234`.
HttpResponse journal_page(const IncomingRequest& request, const std::string& database) {
  constexpr std::uint64_t limit_most = 1000;
  const std::string limit = value_of(request.query, "limit");
  const std::string before = value_of(request.query, "before");
  JournalQuery query;
  if (const std::string target = value_of(request.query, "target"); !target.empty()) {
    query.subject = target;
  }
  if (!before.empty() && !(query.before = parse_number(before))) {
    return error_response(400, "`before` is a whole number: the `next` of the page before");
  }
  if (!limit.empty()) query.limit = parse_number(limit).value_or(0);
  if (query.limit == 0 || query.limit > limit_most) {
    return error_response(400, fmt::format("`limit` is 1 to {}", limit_most));
  }
  const auto page = read_journal_page(database, query);
  if (!page) return error_response(500, page.error().text);
  std::string out;
  JsonWriter writer(out, 2);
  writer.begin_object().key("entries").begin_array();
  for (const auto& [id, row] : page->entries) {
    writer.begin_object()
        .member("id", id)
        .member("at", to_text(row.at))
        .member("target", row.subject)
        .member("text", row.text)
        .end_object();
  }
  writer.end_array().key("next");
  page->is_last ? writer.null() : writer.value(page->entries.back().id);
  writer.end_object();
  return json(out + "\n");
}

/// One member of the status, by its name.
HttpResponse part_of(const Status& status, const std::string& member) {
  auto whole = parse_json(status_json(status));
  if (!whole) return error_response(500, whole.error().text);
  return json(to_text((*whole)[member], true) + "\n");
}

constexpr std::string_view index_page =
    "upkeep\n\n"
    "  /health               200 when it works, 503 when it does not\n"
    "  /status               everything at a glance; ?format=text for people\n"
    "  /tasks                the queue; ?offset=0&limit=50\n"
    "  /metrics              for Prometheus; ?format=json\n"
    "  /api/v1/collections   completeness of each\n"
    "  /api/v1/coverage      completeness by day or value; /api/v1/coverage/NAME?by=DIMENSION\n"
    "  /api/v1/components    upkeep's own parts\n"
    "  /api/v1/queue         how much is to be done\n"
    "  /api/v1/inventory     what lies in the stores\n"
    "  /api/v1/incidents     what is wrong and held\n"
    "  /api/v1/journal       what was decided, newest first; ?target=store:lake&limit=50\n"
    "  /api/v1/events        what happens, as it happens (server-sent events)\n"
    "  /api/v1/openapi.json  all of this, and what changes something, for programs\n";

Result<std::vector<std::string>> names_in(const Json& body, const char* member) {
  std::vector<std::string> names;
  const auto found = body.find(member);
  if (found == body.end()) return names;
  if (!found->is_array()) return fail(fmt::format("`{}` is a list of names", member));
  for (const Json& name : *found) {
    if (!name.is_string()) return fail(fmt::format("`{}` is a list of names", member));
    names.push_back(name.get<std::string>());
  }
  return names;
}

/// `POST /api/v1/fill {"collections": ["espn-pbp"], "where": "age < 7d"}` and the like.
Result<Wish> wish_of(std::string_view what, const std::string& text) {
  UPKEEP_TRY(const Json body, parse_json(text.empty() ? "{}" : text));
  if (!body.is_object()) return fail("the body is a JSON object");
  Wish wish;
  if (what == "reconcile") {
    UPKEEP_TRY(wish.names, names_in(body, "stores"));
  } else if (what == "fill") {
    wish.kind = Wish::Kind::fill;
    UPKEEP_TRY(wish.names, names_in(body, "collections"));
    if (body.contains("where") && !body["where"].is_string()) {
      return fail("`where` is a text like `age < 7d`");
    }
    if (body.contains("where")) wish.where = body["where"].get<std::string>();
  } else if (what == "reload") {
    wish.kind = Wish::Kind::reload;
  } else if (what == "stop") {
    wish.kind = Wish::Kind::stop;
  } else if (what.starts_with("incidents/") && what.ends_with("/ack")) {
    wish.kind = Wish::Kind::ack;
    what.remove_prefix(std::string_view("incidents/").size());
    wish.names = {std::string(what.substr(0, what.size() - 4))};
  } else {
    return fail("");
  }
  return wish;
}

}  // namespace

Status Pages::status() const {
  Status status = *doors_.bulletin.latest();
  status.now = std::max(status.now, now_by_clock());
  if (const Duration silence = doors_.bulletin.silence(); silence > silence_max) {
    status.components.insert(status.components.begin(),
                             {.name = "loop",
                              .health = Health::unhealthy,
                              .state = "hangs",
                              .text = "has not moved for " + to_rough_text(silence)});
  }
  return status;
}

void Pages::answer(const IncomingRequest& request, const std::shared_ptr<HttpReply>& reply) {
  if (request.method == "POST") return change(request, reply);
  if (request.method != "GET") {
    return reply->send(error_response(405, "GET reads, POST changes; nothing else is understood"));
  }
  if (request.path == "/api/v1/events") return follow(reply);
  if (auto coverage = coverage_request(request); !coverage) {
    return reply->send(error_response(400, coverage.error().text));
  } else if (*coverage) {
    return doors_.coverage(**std::move(coverage), reply);
  }
  reply->send(read(request));
}

HttpResponse Pages::read(const IncomingRequest& request) const {
  const std::string& path = request.path;
  if (path == "/tasks" || path == "/api/v1/tasks") return tasks_page(request, doors_.queue_file);
  if (path == "/api/v1/journal") return journal_page(request, doors_.database);
  if (path == "/") return text(std::string(index_page));
  if (path == "/api/v1/openapi.json") return json(openapi_json(doors_.version));
  const Status now = status();
  if (path == "/health") {
    HttpResponse response =
        wants_text(request) ? text(health_text(now, style_of(request))) : json(health_json(now));
    response.status = health_of(now) == Health::unhealthy ? 503 : 200;
    return response;
  }
  if (path == "/status") {
    return wants_text(request) ? text(status_text(now, style_of(request))) : json(status_json(now));
  }
  if (path == "/metrics") {
    if (wants_json(request)) return json(metrics_json(now));
    HttpResponse response = text(metrics_text(now));
    response.type = "text/plain; version=0.0.4; charset=utf-8";
    return response;
  }
  if (path == "/api/v1/coverage") {
    const auto query = page_query(request);
    if (!query) return error_response(400, query.error().text);
    return json(coverage_json(now, query->offset, query->limit));
  }
  if (path == "/api/v1/incidents") return json(incidents_json(now.incidents, false));
  for (const std::string member : {"collections", "components", "queue", "inventory"}) {
    if (path == std::string(api) + member) return part_of(now, member);
  }
  return error_response(404, fmt::format("there is no page {}; / names them", path));
}

bool Pages::may_change(const IncomingRequest& request) const {
  if (request.is_local) return true;
  constexpr std::string_view scheme = "Bearer ";
  const std::string given = value_of(request.headers, "authorization");
  if (doors_.token_sha256.empty() || !given.starts_with(scheme)) return false;
  return s3::sha256(std::string_view(given).substr(scheme.size())) == doors_.token_sha256;
}

void Pages::change(const IncomingRequest& request, const std::shared_ptr<HttpReply>& reply) const {
  if (!may_change(request)) {
    return reply->send(error_response(
        doors_.token_sha256.empty() ? 403 : 401,
        doors_.token_sha256.empty()
            ? "over this address nothing can be changed; set http.token_sha256, or use the "
              "command line"
            : "send the token: `Authorization: Bearer TOKEN`"));
  }
  if (!request.path.starts_with(api)) {
    return reply->send(error_response(404, "changes are asked for below /api/v1/"));
  }
  if (auto acquire = acquire_request(request); !acquire) {
    return reply->send(error_response(400, acquire.error().text));
  } else if (*acquire) {
    return doors_.acquire(**std::move(acquire), reply);
  }
  auto wish = wish_of(std::string_view(request.path).substr(api.size()), request.body);
  if (wish) wish->wait = value_of(request.query, "wait") == "1";
  if (wish) return doors_.ask(*std::move(wish), reply);
  reply->send(wish.error().text.empty()
                  ? error_response(404, fmt::format("nothing at {} can be changed", request.path))
                  : error_response(400, wish.error().text));
}

void Pages::follow(const std::shared_ptr<HttpReply>& reply) {
  reply->begin_events();
  reply->when_gone([this, gone = std::weak_ptr(reply)] {
    const std::lock_guard lock(mutex_);
    std::erase_if(followers_, [&](const auto& one) { return one == gone.lock(); });
  });
  const std::lock_guard lock(mutex_);
  followers_.push_back(reply);
}

void Pages::tell(Time now, const std::string& line) {
  const std::lock_guard lock(mutex_);
  if (followers_.empty()) return;
  std::string data;
  JsonWriter(data).begin_object().member("time", to_text(now)).member("text", line).end_object();
  for (const auto& follower : followers_) follower->event("line", data);
}

}  // namespace upkeep
