// A way back to a client on which secrets are hidden, whatever is sent.
#pragma once
#include <memory>

#include "io/redaction.h"
#include "net/http_exchange.h"

namespace upkeep {

std::shared_ptr<HttpReply> hiding(std::shared_ptr<HttpReply>, std::shared_ptr<const Redaction>);

}  // namespace upkeep
