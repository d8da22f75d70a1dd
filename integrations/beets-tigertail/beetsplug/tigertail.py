"""Ask a Tigertail service what goes with what a query matches, and write what the library has of it as a playlist."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterable
from optparse import Values
from pathlib import Path
from typing import Any

from beets.library import Item, Library
from beets.plugins import BeetsPlugin
from beets.ui import Subcommand, UserError, print_

ARTIST, TRACK = "artist", "track"
MOST = 1000  # entries that the service takes, as it is set
TIMEOUT = 30  # seconds


class TigertailPlugin(BeetsPlugin):
    """The command ``similar``."""

    def __init__(self) -> None:
        super().__init__()
        self.config.add(
            {
                "address": "http://localhost:8000",
                "key": "",
                "country": "",
                "kind": ARTIST,
                "per_artist": 2,
            }
        )
        self.config["key"].redact = True

    def commands(self) -> list[Subcommand]:
        """Return the command."""
        command = Subcommand("similar", help="list what goes with what a query matches")
        command.parser.add_option("-n", dest="n", type="int", default=20, help="how many to list")
        command.parser.add_option("--m3u", dest="m3u", help="write what the library has of it as a playlist")
        command.func = self.similar
        return [command]

    def similar(self, lib: Library, options: Values, query: list[str]) -> None:
        """List what goes with a query; ``+`` marks what the library has."""
        kind = self.config["kind"].as_choice([ARTIST, TRACK])
        history = _history(lib.items(query), kind)
        if not history:
            raise UserError("tigertail: no track of the library matches the query")
        answer = self._asked(history, kind, options.n)
        for notice in answer["notices"]:
            self._log.info("{}", notice)
        owned = _owned(lib, kind)
        playlist: list[Item] = []
        for listed in answer["items"]:
            theirs = owned.get(_key(listed, kind), [])
            print_(f"{'+' if theirs else ' '} {_shown(listed)}")
            playlist += theirs[: self.config["per_artist"].get(int) if kind == ARTIST else 1]
        if options.m3u:
            _write(Path(options.m3u), playlist)
            print_(f"{options.m3u}: {len(playlist)} tracks")

    def _asked(self, history: list[dict[str, Any]], kind: str, n: int) -> dict[str, Any]:
        """Return what the service lists.

        Raises
        ------
        UserError
            If it does not answer, or has nothing of the history.
        """
        asked: dict[str, Any] = {"history": history, "n": n, "kind": [kind]}
        if country := self.config["country"].as_str():
            asked["country"] = country
        address = self.config["address"].as_str().rstrip("/")
        headers = {"Content-Type": "application/json"}
        if key := self.config["key"].as_str():
            headers["Authorization"] = f"Bearer {key}"
        request = urllib.request.Request(f"{address}/v1/recommend", json.dumps(asked).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except urllib.error.HTTPError as error:
            raise UserError(f"tigertail: {_problem(error)}") from None
        except OSError as error:
            raise UserError(f"tigertail: {address} does not answer ({error})") from None


def _history(items: Iterable[Item], kind: str) -> list[dict[str, Any]]:
    """Return the artists of some tracks, each as often as there are tracks; or the tracks."""
    if kind == ARTIST:
        texts = (item.albumartist or item.artist for item in items)
    else:
        texts = (f"{item.artist} - {item.title}" for item in items)
    counted = Counter(text for text in texts if text.strip())
    return [{"item": text, "plays": count} for text, count in counted.most_common(MOST)]


def _owned(lib: Library, kind: str) -> dict[tuple[str, ...], list[Item]]:
    """Return the tracks of the library, by what the service calls them."""
    owned: dict[tuple[str, ...], list[Item]] = {}
    for item in lib.items():
        names = {item.artist, item.albumartist} if kind == ARTIST else {item.artist}
        for name in filter(None, names):
            key = (name,) if kind == ARTIST else (name, item.title)
            owned.setdefault(tuple(map(str.casefold, key)), []).append(item)
    return owned


def _key(listed: dict[str, Any], kind: str) -> tuple[str, ...]:
    names = (listed["name"],) if kind == ARTIST else (listed.get("artist") or "", listed["name"])
    return tuple(map(str.casefold, names))


def _shown(listed: dict[str, Any]) -> str:
    return " - ".join(filter(None, (listed.get("artist"), listed["name"])))


def _write(file: Path, items: Iterable[Item]) -> None:
    lines = ["#EXTM3U"]
    for item in items:
        lines += [f"#EXTINF:{round(item.length)},{item.artist} - {item.title}", os.fsdecode(item.path)]
    file.write_text("\n".join(lines) + "\n", "utf-8", errors="surrogateescape")


def _problem(error: urllib.error.HTTPError) -> str:
    try:
        answer = json.load(error)
        return f"{answer['detail']}; {answer['remedy']}" if answer.get("remedy") else str(answer["detail"])
    except (ValueError, KeyError, TypeError):
        return f"the service answered {error.code}"
