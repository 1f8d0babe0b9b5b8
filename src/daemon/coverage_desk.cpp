#include "daemon/coverage_desk.h"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace upkeep {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::string_view folder = "/api/v1/coverage/";
constexpr std::uint64_t limit_most = 1000;
constexpr auto fresh_for = 1s;
constexpr int waiting_most = 16;

std::string value_of(const IncomingRequest& request, const std::string& name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? "" : found->second;
}

std::string_view word_of(CollectionView::Standing standing) {
  switch (standing) {
    case CollectionView::Standing::unknown:
      return "unknown";
    case CollectionView::Standing::known:
      return "known";
    case CollectionView::Standing::held:
      return "held";
  }
  return "";
}

}  // namespace

Result<CoverageQuery> page_query(const IncomingRequest& request) {
  const std::string offset = value_of(request, "offset"), limit = value_of(request, "limit");
  CoverageQuery query;
  if (!offset.empty()) {
    const auto number = parse_number(offset);
    if (!number) return fail("`offset` is a whole number");
    query.offset = *number;
  }
  if (!limit.empty()) query.limit = parse_number(limit).value_or(0);
  if (query.limit == 0 || query.limit > limit_most) {
    return fail(fmt::format("`limit` is 1 to {}", limit_most));
  }
  return query;
}

Result<std::optional<CoverageRequest>> coverage_request(const IncomingRequest& request) {
  if (!request.path.starts_with(folder)) return std::nullopt;
  CoverageRequest wanted;
  wanted.collection = request.path.substr(folder.size());
  UPKEEP_TRY(wanted.query, page_query(request));
  wanted.query.by = value_of(request, "by");
  return wanted;
}

CoverageDesk::~CoverageDesk() {
  if (counter_) counter_->join();
}

std::shared_ptr<const CoverageCopy> CoverageDesk::copy_of(const Config& config,
                                                          const Engine& engine, Time now,
                                                          CollectionId id) {
  const std::string& name = config.of(id).name;
  const auto known = copies_.find(name);
  if (known != copies_.end() && steady_clock::now() - known->second.at < fresh_for) {
    return known->second.copy;
  }
  const CollectionView view = engine.view(id);
  if (view.space == nullptr || view.coverage == nullptr) return nullptr;
  auto copy = std::make_shared<CoverageCopy>();
  copy->collection = name;
  copy->standing = word_of(view.standing);
  copy->space = view.space;
  copy->coverage = std::make_shared<const Coverage>(*view.coverage);
  copy->gone = engine.gone(id, now);
  copy->zone = config.zone;
  copy->now = now;
  copies_[name] = {copy, steady_clock::now()};
  return copy;
}

void CoverageDesk::answer(const Config& config, const Engine& engine, Time now,
                          const CoverageRequest& wanted, const std::shared_ptr<HttpReply>& reply) {
  std::uint64_t i = 0;
  while (i < config.collections.size() && config.collections[i].name != wanted.collection) ++i;
  if (i == config.collections.size()) {
    return reply->send(
        error_response(404, fmt::format("there is no collection `{}`", wanted.collection)));
  }
  if (waiting_ >= waiting_most) {
    return reply->send(error_response(503, "too many ask for coverage at once; try again"));
  }
  const auto copy = copy_of(config, engine, now, CollectionId{i});
  if (copy == nullptr) {
    return reply->send(error_response(
        503, fmt::format("`{}` has not been judged yet; /status says why", wanted.collection)));
  }
  if (!counter_) counter_ = std::make_unique<boost::asio::thread_pool>(1);
  ++waiting_;
  boost::asio::post(*counter_, [this, copy, query = wanted.query, reply] {
    auto page = coverage_page_json(*copy, query);
    reply->send(page ? HttpResponse{.body = *std::move(page)}
                     : error_response(400, page.error().text));
    --waiting_;
  });
}

void CoverageDesk::forget(bool all) {
  const auto now = steady_clock::now();
  std::erase_if(copies_,
                [&](const auto& one) { return all || now - one.second.at >= 10 * fresh_for; });
}

}  // namespace upkeep
