#include "daemon/token_desk.h"

#include <boost/asio/post.hpp>
#include <utility>

#include "base/text.h"

namespace upkeep {

void TokenDesk::ask(std::string upstream, std::uint64_t count, std::string who,
                    const std::shared_ptr<HttpReply>& reply) {
  const AskId id{++last_};
  const TokensAsked ask{id, std::move(upstream), count, std::move(who)};
  waiting_.emplace(id, Waiting{ask, reply});
  reply->when_gone([this, id] {
    boost::asio::post(io_, [this, id] {
      if (waiting_.erase(id) > 0) tell_(AskerGone{id});
    });
  });
  tell_(ask);
}

void TokenDesk::granted(AskId id) {
  const auto found = waiting_.find(id);
  if (found == waiting_.end()) return;
  found->second.reply->send({.body = "{\"granted\": true}\n"});
  waiting_.erase(found);
}

void TokenDesk::refused(AskId id, const std::string& why) {
  const auto found = waiting_.find(id);
  if (found == waiting_.end()) return;
  found->second.reply->send(error_response(409, why));
  waiting_.erase(found);
}

void TokenDesk::ask_again() {
  for (const auto& [id, waiting] : std::map(waiting_)) tell_(waiting.ask);
}

Result<std::optional<AcquireRequest>> acquire_request(const IncomingRequest& request) {
  constexpr std::string_view path = "/api/v1/acquire/";
  if (request.method != "POST" || !request.path.starts_with(path)) return std::nullopt;
  AcquireRequest acquire;
  acquire.upstream = request.path.substr(path.size());
  if (const auto who = request.query.find("who"); who != request.query.end()) {
    acquire.who = who->second;
  }
  const auto n = request.query.find("n");
  if (n == request.query.end()) return acquire;
  const auto count = parse_number(n->second);
  if (!count || *count == 0 || *count > 1'000'000) {
    return fail("`n` is a number of requests from 1 to 1,000,000");
  }
  acquire.count = *count;
  return acquire;
}

}  // namespace upkeep
