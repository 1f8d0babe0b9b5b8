#include "daemon/hiding_reply.h"

#include <utility>

namespace upkeep {
namespace {

class HidingReply final : public HttpReply {
 public:
  HidingReply(std::shared_ptr<HttpReply> inner, std::shared_ptr<const Redaction> redaction)
      : inner_(std::move(inner)), redaction_(std::move(redaction)) {}

  void send(HttpResponse response) override {
    const bool is_json = response.type.starts_with("application/json");
    response.body = is_json ? redaction_->of_json(response.body) : redaction_->of(response.body);
    inner_->send(std::move(response));
  }
  void begin_events() override { inner_->begin_events(); }
  void event(std::string_view name, std::string_view data) override {
    inner_->event(name, redaction_->of_json(data));  // all of them are JSON
  }
  void when_gone(std::function<void()> what) override { inner_->when_gone(std::move(what)); }

 private:
  std::shared_ptr<HttpReply> inner_;
  std::shared_ptr<const Redaction> redaction_;
};

}  // namespace

std::shared_ptr<HttpReply> hiding(std::shared_ptr<HttpReply> reply,
                                  std::shared_ptr<const Redaction> redaction) {
  return std::make_shared<HidingReply>(std::move(reply), std::move(redaction));
}

}  // namespace upkeep
