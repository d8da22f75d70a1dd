"""Recipes: the keys of every format with values of every type, real recipes with changed bytes, and small builds.

What must hold: a recipe is read or refused with an error that names its file; a build from random files ends with a
dataset that can be opened and that every reported item is in, or with an error.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any, Final

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError, TigertailError
from tigertail.ingest.build import build
from tigertail.ingest.formats import FORMATS
from tigertail.ingest.recipe import Recipe

from .area import Area, FaultError, Outcome, check_error
from .files import Inputs
from .texts import Texts

BUILT: Final = 0.2  # of attempts build a dataset
_RECIPES: Final = Path(__file__).parents[2] / "recipes"
_WORDS: Final = (
    *("csv", "json", "plays", "items", "listeners", "annotations", "aliases", "artist", "track", "album", "open"),
    *("all", "known", "first", "listener_id", "item_id", "mbid", "plays", "{file}", "{user.json}", ",", ";", "\t", ""),
    *("utf-8", "latin-1", "utf-16", "rot13", "base64", "%Y-%m-%d", "%", "%Q", "*.csv", "[", "**", "special-purpose"),
    *("${HOME}/x", "${NOT_SET}", "~", "~nobody/x", "/dev/null", "/", ".", "..", "x\0y", "a" * 300, "dj", "mbid"),
)  # fmt: skip
_PLAUSIBLE: Final = {
    "name": ("'a'", "'b'"),
    "namespace": ("'a'", "'shared'"),
    "kind": ("'artist'", "'track'"),
    "catalogue": ("'open'", "'all'", "'known'"),
    "missing": ("['NA']", "[]"),
    "credits": ("[' feat. ', ';']",),
    "credited": ("'first'", "'all'"),
    "table": ("'plays'", "'items'", "'annotations'", "'listeners'", "'aliases'", "'sequences'"),
    "columns": ("{ listener_id = 'user' }", "{ name = 1, plays = 2 }", "{ x = 'y' }"),
    "values": ("{ country = 'PL' }", "{ listener_id = '{file}' }"),
    "several": ("{ name = ';' }",),
    "where": ("{ plays = { at_least = 2 } }", "{ name = ['Can'] }", "{ name = { without = ['x'] } }"),
    "join": ("{ path = 'x.csv', on = 'name' }",),
    "time_format": ("'%d/%m/%Y'", "['%Y', '%s']"),
    "rating_scale": ("[0, 5]", "[1, 10]"),
    "separator": ("';'", "'::'"),
    "encoding": ("'utf-8'", "'cp1252'"),
    "quoted": ("true", "false"),
    "header": ("true", "false"),
    "events": ("true", "false"),
    "files": ("'*.csv'",),
}


class Recipes(Area):
    """A recipe, read; or small files, built."""

    name = "recipes"
    share = 0.015

    def attempt(self, random: Random, folder: Path) -> Outcome:
        """Read a random recipe, or build one from files."""
        one = _Recipes(random)
        building = random.random() < BUILT
        text = one.with_files(folder) if building else one.text()
        (folder / "recipe.toml").write_bytes(text)
        outcome = Outcome()
        try:
            recipe = Recipe.load(folder / "recipe.toml")
        except ConfigError as error:
            outcome.rejected[f"{check_error(error)} of a recipe"] += 1
            if error.path is None:
                raise FaultError(f"the error names no file: {error}") from None
            return outcome
        if building:
            try:
                outcome.counts["datasets built"] += _built(recipe, folder / "dataset")
            except TigertailError as error:
                outcome.rejected[f"{check_error(error)} of a build"] += 1
                return outcome
        outcome.accepted += 1
        return outcome


def _built(recipe: Recipe, folder: Path) -> int:
    """Build a dataset, and check that its tables agree."""
    dataset, report = build(recipe, folder)
    opened = Dataset.open(folder)
    if opened.fingerprint != dataset.fingerprint:
        raise FaultError("the dataset that is opened is not the one that was built")
    items = set(opened.items[c.ITEM_ID])
    if len(items) != opened.items.height or opened.items[c.NAME].null_count():
        raise FaultError("an item is there twice, or has no name")
    played = set(opened.plays[c.ITEM_ID])
    if strangers := played - items:
        raise FaultError(f"plays of no item: {list(strangers)[:3]!a}")
    for source in report.sources:
        if source.read < 0 or any(count < 1 or not reason for reason, count in source.rejected.items()):
            raise FaultError(f"rows rejected without a reason: {source}")
    return 1


class _Recipes:
    """Makes random recipes."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self._texts = Texts(random)

    def text(self) -> bytes:
        """Return a recipe."""
        one = self.random
        if one.random() < 0.2:
            return self._changed(one.choice(sorted(_RECIPES.glob("*.toml"))).read_bytes())
        lines = []
        for key in ("name", "missing", "unlisted", "source"):
            if one.random() < 0.1:
                lines.append(f"{key} = {self._value(2)}")
        for _ in range(one.choice((0, 1, 1, 1, 2, 3))):
            lines += [one.choice(("[[source]]", "[[source]]", "[[source]]", "[source]")), *self._source()]
        content = "\n".join(lines).encode("utf-8", "surrogatepass")
        return self._changed(content) if one.random() < 0.1 else content

    def with_files(self, folder: Path) -> bytes:
        """Write a few small files, and return their recipe."""
        lines = []
        inputs = Inputs(self.random)
        for label in "ab"[: self.random.choice((1, 2, 2))]:
            kind = self.random.choice(("csv", "csv", "json", "listenbrainz", "parquet"))
            lines += ["[[source]]", *inputs.source(folder, kind, label)]
        return "\n".join(lines).encode()

    def _source(self) -> list[str]:
        one = self.random
        kind = one.choice(list(FORMATS))
        known = [name for name in FORMATS[kind].model_fields if name not in ("format", "path")]
        keys = {"format": json.dumps(kind), "path": '"x"'}
        for name in one.sample(known, min(len(known), one.choice((0, 1, 1, 2, 3)))):
            plausible = _PLAUSIBLE.get(name, ()) if one.random() < 0.75 else ()
            keys[name] = one.choice(plausible) if plausible else self._value(2)
        if one.random() < 0.1:
            keys[one.choice(("format", "path", "sep", "colums", "kind"))] = self._value(2)
        return [f"{name} = {value}" for name, value in keys.items()]

    def _value(self, depth: int) -> str:
        """Return a value as TOML writes it."""
        dice = self.random.random()
        if dice < 0.55 or not depth:
            text = self.random.choice(_WORDS) if self.random.random() < 0.8 else self._texts.name()
            return _string(text)
        if dice < 0.7:
            return self.random.choice(
                (
                    "true",
                    "0",
                    "1",
                    "-1",
                    "0.5",
                    "nan",
                    "inf",
                    "9" * 30,
                    "1979-05-27",
                    "1979-05-27T07:32:00Z",
                    "[0, 5]",
                )
            )
        values = [self._value(depth - 1) for _ in range(self.random.randint(0, 3))]
        if dice < 0.85:
            return f"[{', '.join(values)}]"
        names: list[Any] = self.random.sample(
            ("name", "plays", "listener_id", "on", "path", "at_least", "x"), len(values)
        )
        return "{" + ", ".join(f"{name} = {value}" for name, value in zip(names, values, strict=True)) + "}"

    def _changed(self, content: bytes) -> bytes:
        changed = bytearray(content)
        for _ in range(self.random.choice((1, 2, 5))):
            place = self.random.randrange(len(changed) + 1)
            changed[place : place + self.random.choice((0, 1, 1, 5))] = self.random.choice(
                (b"", b'"', b"[", b"]", b"=", b"\n", b"\\", b"\xff", b"#", b"'", b"{", b"0", b"a")
            )
        return bytes(changed)


def _string(text: str) -> str:
    """Return a text as a basic string of TOML."""
    signs = (sign if sign.isprintable() and sign not in '"\\' else f"\\U{ord(sign):08X}" for sign in text)
    return f'"{"".join(signs)}"'
