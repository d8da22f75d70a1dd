"""Lists before and after: the base model, the local models, and those seen from two countries.

.venv/bin/python benchmarks/before_after.py MODEL "happysad=PL,US" "Kent=SE,DE" ...
"""

from __future__ import annotations

import sys

import tigertail


def main() -> None:
    model = tigertail.load(sys.argv[1])
    for asked in sys.argv[2:]:
        artist, _, countries = asked.partition("=")
        views = {"one space": {"signal": "factors"}, "local models": {}}
        views |= {f"from {country}": {"country": country} for country in countries.split(",") if country}
        print(f"**{artist}**\n")
        for name, view in views.items():
            print(f"- {name}: {', '.join(model.similar(artist, 6, **view)['name'])}")
        print()


if __name__ == "__main__":
    main()
