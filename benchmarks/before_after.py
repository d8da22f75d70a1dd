"""Lists before and after: the base model, local models (listening), these seen from two countries, and the mixture.

.venv/bin/python benchmarks/before_after.py MODEL "happysad=PL,US" "Kent=SE,DE" ...
"""

from __future__ import annotations

import sys

import tigertail


def main() -> None:
    model = tigertail.load(sys.argv[1])
    for asked in sys.argv[2:]:
        artist, _, countries = asked.partition("=")
        views = {"one space": {"signal": "factors"}, "local models": {"signal": "listening"}}
        for country in filter(None, countries.split(",")):
            views[f"from {country}"] = {"signal": "listening", "country": country}
        views["the mixture"] = {}
        print(f"**{artist}**\n")
        for name, view in views.items():
            print(f"- {name}: {', '.join(model.similar(artist, 6, **view)['name'])}")
        print()


if __name__ == "__main__":
    main()
