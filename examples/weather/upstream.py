"""A weather service on this machine for the demo. It serves the real observations, but it
is difficult: see difficult.py. Some days it does not have (404).

    python3 upstream.py        prints its address and writes it to upstream.url

It ends by itself after ten minutes.
"""

import weather
from difficult import Difficult, Limiter, serve

REQUESTS_PER_SECOND = 12
BURST = 12
LIFE_SECONDS = 600


class Handler(Difficult):
    rows = weather.observations()
    limiter = Limiter(REQUESTS_PER_SECOND, BURST)

    def limiter_of(self, _):
        return self.limiter

    def document_of(self, place):
        known = place in self.rows and place not in weather.ABSENT
        return weather.document(self.rows[place]) if known else None


if __name__ == "__main__":
    serve(Handler, LIFE_SECONDS)
