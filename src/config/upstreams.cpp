#include "config/upstreams.h"

#include <fmt/format.h>

#include "config/forms.h"

namespace upkeep {
namespace {

using namespace std::chrono;

Form<std::uint64_t> requests() { return whole_number(1, 1'000'000'000); }

Form<Upstream> upstream() {
  return record<Upstream>(
      "a map with the keys of an upstream, like `{rate: 60/min}`",
      {
          key("rate", &Upstream::rate, rate(),
              "At most so many requests in any stretch of that length. Without it upkeep begins "
              "slowly and learns from what is throttled."),
          key("hourly", &Upstream::hourly, requests(), "At most so many requests in any hour."),
          key("daily", &Upstream::daily, requests(), "At most so many requests in any 24 hours."),
          key("burst", &Upstream::burst, whole_number(1, 1'000'000),
              "At most so many requests at once; those of a quarter of a second at the rate when "
              "it is not set."),
          key("min_interval", &Upstream::min_interval, duration(),
              "At least so long between two requests."),
          key("concurrency", &Upstream::concurrency, whole_number(1, 10'000),
              "At most so many attempts of its collectors at once."),
          key("slow_down_at", &Upstream::slow_down_at, share(),
              "When this share of `hourly` or `daily` is used, what is left is spread over the "
              "rest of the time."),
      });
}

}  // namespace

Form<Rate> rate() {
  Form<Rate> form = parsed<Rate>("a rate like 60/min, 10/s or 3000/h",
                                 "^[0-9]+/(s|m|min|h|d|([0-9]+(ms|s|m|h|d|w))+)$", parse_rate);
  form.show = [](const Rate& value) { return fmt::format("\"{}\"", to_text(value)); };
  return form;
}

Form<std::vector<Upstream>> upstreams() {
  Form<Upstream> one = checked<Upstream>(upstream(), [](Reader& reader, const Place& place,
                                                        Upstream& value) {
    if (!value.rate || value.burst.value_or(1) <= value.rate->count) {
      if (!value.burst || value.rate) return;
      reader.error(place.at("burst"), "without `rate` there is nothing that `burst` is part of");
      return;
    }
    reader.error(place.at("burst"), fmt::format("`burst` ({}) is more than `rate` ({}) allows",
                                                *value.burst, to_text(*value.rate)));
  });
  return named<Upstream>("a map of upstreams by name", std::move(one));
}

}  // namespace upkeep
