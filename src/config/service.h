// The keys of the top level that are about a running loop: `http` and `log`.
#pragma once
#include "config/form.h"
#include "model/service.h"

namespace upkeep {

Form<HttpSettings> http();
Form<LogSettings> log();

}  // namespace upkeep
