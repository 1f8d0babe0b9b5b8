// Where processes wait for requests of an upstream: `upkeep acquire`, over the control socket.
#pragma once
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/event.h"
#include "net/http_exchange.h"

namespace upkeep {

/// One thread: that of the io_context, but for the replies, whose clients may leave at any time.
class TokenDesk {
 public:
  /// `tell`: the engine's ear.
  TokenDesk(boost::asio::io_context& io, std::function<void(Event)> tell)
      : io_(io), tell_(std::move(tell)) {}

  /// Answers when the engine grants or refuses; forgets who leaves before.
  void ask(std::string upstream, std::uint64_t count, std::string who,
           const std::shared_ptr<HttpReply>&);
  void granted(AskId);
  void refused(AskId, const std::string& why);
  /// Another engine begins, which knows of nobody: all that wait ask again.
  void ask_again();

 private:
  struct Waiting {
    TokensAsked ask;
    std::shared_ptr<HttpReply> reply;
  };

  boost::asio::io_context& io_;
  std::function<void(Event)> tell_;
  std::map<AskId, Waiting> waiting_;
  std::uint64_t last_ = 0;
};

/// `/api/v1/acquire/UPSTREAM?n=3&who=a17`, of a POST; nothing for other paths.
struct AcquireRequest {
  std::string upstream, who;
  std::uint64_t count = 1;
};
Result<std::optional<AcquireRequest>> acquire_request(const IncomingRequest&);

}  // namespace upkeep
