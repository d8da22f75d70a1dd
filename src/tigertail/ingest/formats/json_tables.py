"""Tables in JSON: what :mod:`tigertail.io.json_rows` finds in a file, as columns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from math import isfinite
from typing import Any, Final

import polars as pl

from tigertail.dataset.table_spec import Refers
from tigertail.errors import DataError
from tigertail.ingest.formats.column_types import MANY, TEXT_CHECKS
from tigertail.ingest.formats.file_table import FileTable
from tigertail.ingest.formats.mapped import MappedSource
from tigertail.ingest.formats.source import ROW_KEY
from tigertail.io.archives import required_streams
from tigertail.io.json_rows import NO_UTF8, JsonFile, clean_text, parsed
from tigertail.io.quarantine import LINE, RAW_TEXT, Quarantine, reasons

_OBJECT: Final = "#object"
_MAX_DEPTH: Final = 8  # objects within objects: what lies deeper is no column
_MAX_WHOLE: Final = 2.0**63  # whole numbers above are no ids; the bound of Int64, as in column_types.py
_KEYS_SEEN: Final = 1_000
"""Objects whose keys are the file's columns: a key that only later ones have is none."""


class Json(MappedSource):
    """A JSON file of objects, as :mod:`tigertail.io.json_rows` finds them.

    A field of an object within is called ``artist.name``; that of each object of a list is a list.
    """

    def tables(self, quarantine: Quarantine) -> Iterator[FileTable]:
        """Yield the tables of the files."""
        for stream in required_streams(self.path, self.files):
            blocks = _parsed(JsonFile(stream, self.label, quarantine))
            before = quarantine.rejected[self.label, NO_UTF8]  # of the files before
            first = next((block for block in blocks if not block.is_empty()), None)
            if first is None:
                encoded = quarantine.rejected[self.label, NO_UTF8] > before
                raise DataError(
                    f"it has no object in JSON{' that is UTF-8 text' if encoded else ''}",
                    path=stream.place,
                    remedy="save it as UTF-8" if encoded else "check the file",
                )
            names = dict[str, None]()
            for one in first[_OBJECT].head(_KEYS_SEEN):
                names |= dict.fromkeys(_names(one))
            whole = chain([first], blocks)
            named = self.named_columns(list(names))
            yield FileTable(
                stream.name, stream.place, list(names), partial(self._columns, whole, named, quarantine)
            )

    def _columns(
        self,
        blocks: Iterator[pl.DataFrame],
        named: Mapping[str, str],
        quarantine: Quarantine,
        columns: Sequence[str],
        telling_apart: Sequence[str],
    ) -> Iterator[pl.DataFrame]:
        """Yield the columns as text, truths or lists; a value of another kind is left out, with a warning."""
        single, amounts = self._without_lists(named)
        texts = self._texts(named)
        for block in blocks:
            values = {name: [_value(one, name) for one in block[_OBJECT]] for name in columns}
            listed = {
                name for name, column in values.items() if any(isinstance(value, list) for value in column)
            }
            never = single if listed - single - amounts else single | amounts
            series = []
            for name, column in values.items():
                odd = [isinstance(one, dict) or (name in never and isinstance(one, list)) for one in column]
                kept = [None if is_odd else one for one, is_odd in zip(column, odd, strict=True)]
                within = sum(map(_count_odd, kept)) if name in listed else 0
                quarantine.warn(self.label, f"{name} is no single value, left out", sum(odd) + within)
                if name in texts:
                    truths = sum(map(_count_booleans, kept))
                    quarantine.warn(
                        self.label, f"{name} is true or false, which is no text, left out", truths
                    )
                    kept = [_without_booleans(one) for one in kept] if truths else kept
                series.append(_series(name, kept))
            # An object within is compared whole: of its fields, such as "artist.name", none is a key here.
            if telling_apart:
                others = ([one.get(name) for name in telling_apart] for one in block[_OBJECT])
                series.append(pl.Series(ROW_KEY, [json.dumps(one, sort_keys=True) for one in others]).hash())
            yield block.select(LINE, RAW_TEXT).with_columns(series)

    def _without_lists(self, named: Mapping[str, str]) -> tuple[set[str], set[str]]:
        """Return the columns of the file that are never lists, and those that are only beside lists of items.

        The first are ids of people and of sequences and those with conditions, the second what is said of items.
        """
        own = self.spec.referring(Refers.PERSON, Refers.OWN)
        single = {column for name, column in named.items() if name in own}
        amounts = {column for name, column in named.items() if name not in (*own, *MANY)}
        return single | set(self.where), amounts

    def _texts(self, named: Mapping[str, str]) -> set[str]:
        """Return the columns of the file that are names, ids and other texts."""
        texts = {column for name, column in named.items() if self.spec.inputs[name].check in TEXT_CHECKS}
        return texts - set(self.where)


def _parsed(file: JsonFile) -> Iterator[pl.DataFrame]:
    """Yield the objects of a file; lines that are none are rejected."""
    for block in file.objects():
        objects = pl.Series(_OBJECT, [parsed(text) for text in block[RAW_TEXT]], dtype=pl.Object)
        bad = pl.Series([one is None for one in objects], dtype=pl.Boolean)
        checks = reasons((pl.lit(bad), "not an object in JSON"))
        kept = file.quarantine.usable_rows(file.source, file.stream.name, block, checks)
        yield kept.with_columns(objects.filter(~bad))


def _names(node: Any, depth: int = _MAX_DEPTH) -> Iterator[str]:
    """Yield the names of an object's fields; those of objects within follow a point, of a list those of its first."""
    if isinstance(node, list):
        for one in node[:1]:
            yield from _names(one, depth)
    elif isinstance(node, dict):
        for key, value in node.items():
            yield key
            if depth:
                yield from (f"{key}.{name}" for name in _names(value, depth - 1))


def _value(node: Any, name: str) -> Any:
    """Return the value of a field; a key may have points in it."""
    if isinstance(node, list):
        values = [_value(one, name) for one in node]
        return [one for value in values for one in (value if isinstance(value, list) else [value])]
    if not isinstance(node, dict):
        return None
    if name in node:
        return node[name]
    for at in (place for place, letter in enumerate(name) if letter == "."):
        if name[:at] in node:
            return _value(node[name[:at]], name[at + 1 :])
    return None


def _series(name: str, values: list[Any]) -> pl.Series:
    if any(isinstance(value, list) for value in values):
        lists = [
            None if value is None else [_text(one) for one in (value if isinstance(value, list) else [value])]
            for value in values
        ]
        return pl.Series(name, lists, dtype=pl.List(pl.String))
    given = [value for value in values if value is not None]
    if given and all(isinstance(value, bool) for value in given):
        return pl.Series(name, values, dtype=pl.Boolean)
    return pl.Series(name, [_text(value) for value in values], dtype=pl.String)


def _count_odd(value: Any) -> int:
    """Return how many values of a list are objects or lists themselves."""
    return sum(isinstance(one, dict | list) for one in value) if isinstance(value, list) else 0


def _count_booleans(value: Any) -> int:
    return sum(map(_count_booleans, value)) if isinstance(value, list) else isinstance(value, bool)


def _without_booleans(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_booleans(one) for one in value]
    return None if isinstance(value, bool) else value


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and not isfinite(value):  # NaN is what Python writes for a missing value
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < _MAX_WHOLE:
        return str(int(value))
    return clean_text(str(value)) if isinstance(value, str | int | float) else None
