// What is answered over HTTP: pages for people and programs, on the listen address and on the
// control socket alike. Everything here runs on the server's thread and waits for nothing.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/activity.h"
#include "daemon/coverage_desk.h"
#include "daemon/token_desk.h"
#include "model/service.h"
#include "net/http_exchange.h"

namespace upkeep {

/// What somebody wants of the loop.
struct Wish {
  enum class Kind : std::uint8_t { reconcile, fill, ack, reload, stop };
  Kind kind = Kind::reconcile;
  std::vector<std::string> names;  ///< stores to reconcile, collections to fill, an incident
  std::string where;               ///< which partitions to fill
  bool wait = false;               ///< answer when the stores have been listed
};

class Pages {
 public:
  struct Doors {
    const Bulletin& bulletin;
    std::string queue_file;    ///< gaps.json
    std::string database;      ///< of the state, for the journal
    std::string token_sha256;  ///< of who may change something over TCP; empty: nobody
    /// Answers on the loop's thread, soon.
    std::function<void(Wish, std::shared_ptr<HttpReply>)> ask;
    /// Answers when requests of an upstream are free.
    std::function<void(AcquireRequest, std::shared_ptr<HttpReply>)> acquire;
    /// Answers when it has been counted.
    std::function<void(CoverageRequest, std::shared_ptr<HttpReply>)> coverage;
    std::string version;
  };
  explicit Pages(Doors doors) : doors_(std::move(doors)) {}

  void answer(const IncomingRequest&, const std::shared_ptr<HttpReply>&);
  /// To everybody who follows /api/v1/events; from any thread.
  void tell(Time, const std::string& line);

 private:
  HttpResponse read(const IncomingRequest&) const;
  void change(const IncomingRequest&, const std::shared_ptr<HttpReply>&) const;
  void follow(const std::shared_ptr<HttpReply>&);
  bool may_change(const IncomingRequest&) const;
  Status status() const;

  Doors doors_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<HttpReply>> followers_;
};

}  // namespace upkeep
