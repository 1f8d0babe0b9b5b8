"""The five services of the example on this machine: limited, slow and failing now and then, each
with a limit of its own.

    python3 upstream.py        prints its address and writes it to upstream.url
"""

import pathlib
import sys

import sources

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "weather"))
from difficult import Difficult, Limiter, serve  # noqa: E402 (its folder stands above)

REQUESTS_PER_SECOND = {"espn": 25, "nba_api": 12, "hoopr": 8, "basketball_reference": 6,
                       "odds_api": 6}


class Sources(Difficult):
    limiters = {name: Limiter(rate, rate) for name, rate in REQUESTS_PER_SECOND.items()}
    nobody = Limiter(1, 1)

    def limiter_of(self, place):
        return self.limiters.get(place[0], self.nobody)

    def document_of(self, place):
        return sources.document(*place) if len(place) == 3 else None


if __name__ == "__main__":
    serve(Sources, 0)
