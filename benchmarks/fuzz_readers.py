"""Random files and recipes: readers raise errors with a remedy, and lose no row without a reason.

    .venv/bin/python benchmarks/fuzz_readers.py [--inputs 1000000] [--seconds 600] [--seed 0] [--keep FOLDER]

An input is a file with odd values (CSV, TSV, JSON, listens, Parquet), compressed or not, with random bytes changed, and
a recipe for it. It is read to its end; of each text or JSON file the rows read are counted against those that came out
and those that were rejected. What fails is printed, and kept in FOLDER with its recipe.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import random
import shutil
import sys
import tempfile
import time
import traceback
import zipfile
from pathlib import Path
from typing import Any

import polars as pl

from tigertail.errors import TigertailError
from tigertail.ingest.clean import clean
from tigertail.ingest.formats import Batch, Source
from tigertail.ingest.recipe import Recipe
from tigertail.io.quarantine import LINE, Quarantine

MBID = "5b11f4ce-a62d-471e-81fc-a69a8278c7da"
VALUES = (
    *("a", "Can", "Can feat. Sade", "", " ", "NA", "\\N", "None", "311.0", MBID, f"{MBID},{MBID}", f"http://x/{MBID}"),
    *("2020-01-01T00:00:00Z", "1600000000", "05 Apr 2010, 11:59", "2/3/2019", "-1", "0", "1e400", "nan", "inf", "true"),
    *("\0", "\u200b", "\U0001f3b5", '"x', 'a"b', '""', "x,y", "x;y", "x|y", "{", "[", "'"),
    *("9" * 25, "PL", "pt-BR", "é" * 50),
)  # fmt: skip
NAMES = (
    *("listener_id", "name", "mbid", "item_id", "plays", "rating", "last_played", "country", "label", "weight"),
    *("count", "artist.name", "track_metadata", "additional_info", "mbid_mapping", "artists", "artist_mbids"),
    *("user_name", "listened_at", "artist_name", "ts", "endTime", "ms_played", "x"),
)  # fmt: skip
SEPARATORS = (",", ";", "\t", "|", "<SEP>", "::")
FORMATS = (
    "csv",
    "tsv",
    "json",
    "listenbrainz",
    "spotify-history",
    "parquet",
    "lastfm-country",
    "lastfm-360k",
)
SUFFIXES = ("csv", "CSV", "txt", "json", "gz", "zip", "zst", "tar")
COUNTED = ("csv", "tsv", "json")  # formats of one row for each line or object


class Inputs:
    """Makes random files and recipes."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def file_and_recipe(self, folder: Path) -> str:
        """Write a file and its recipe, and return the format."""
        one = self.random
        kind = one.choice(FORMATS)
        keys = [f'format = "{kind}"', "name = 's'"]
        content = self._content(kind, keys)
        if one.random() < 0.7:
            content = self._changed(content)
        name = f"file.{one.choice(SUFFIXES)}"
        (folder / name).write_bytes(self._wrapped(content))
        keys.append(f'path = "{name}"')
        if kind in ("csv", "tsv", "json", "parquet"):
            keys += self._options(name)
        if one.random() < 0.2:
            keys.append('missing = ["NA", "\\\\N"]')
        (folder / "recipe.toml").write_text("[[source]]\n" + "\n".join(keys), encoding="utf-8")
        return kind

    def _content(self, kind: str, keys: list[str]) -> bytes:
        if kind == "parquet":
            columns = {name: [self.random.choice(VALUES) for _ in range(3)] for name in self._names(4)}
            file = io.BytesIO()
            pl.DataFrame(columns).write_parquet(file)
            return file.getvalue()
        if kind in ("json", "listenbrainz", "spotify-history"):
            return self._json().encode()
        separator = self.random.choice(SEPARATORS)
        if kind in ("csv", "tsv"):
            keys.append(f"separator = {json.dumps(separator)}")
            if self.random.random() < 0.2:
                keys += ["header = false", "columns = { listener_id = 1, name = 2 }"]
        return self._table(separator).encode()

    def _names(self, most: int) -> list[str]:
        more = self.random.sample(NAMES, self.random.randint(0, most))
        return list(dict.fromkeys(("listener_id", "name", *more)))

    def _table(self, separator: str) -> str:
        names = self._names(4)
        rows = [separator.join(names)]
        for _ in range(self.random.randint(0, 8)):
            width = len(names) + self.random.choice((0, 0, 0, 0, 1, -1))
            rows.append(separator.join(self.random.choice(VALUES) for _ in range(width)))
        return self.random.choice(("\n", "\r\n", "\r")).join(rows)

    def _json(self) -> str:
        rows = [self._object() for _ in range(self.random.randint(0, 5))]
        indent = self.random.choice((None, 1))
        layouts = (rows, [rows, rows], {"payload": {"listens": rows}}, rows[0] if rows else {})
        if self.random.random() < 0.3:
            return "\n".join(json.dumps(row) for row in rows)
        return json.dumps(self.random.choice(layouts), indent=indent)

    def _object(self) -> dict[str, Any]:
        track = {"artist_name": "Can", "track_name": "t", "additional_info": {}, "mbid_mapping": {}}
        row: dict[str, Any] = {"user_name": "u", "listened_at": 1600000000, "listener_id": "u", "name": "Can"}
        row["track_metadata"] = track
        for _ in range(self.random.randint(0, 4)):
            target: dict[str, Any] = self.random.choice((row, track))
            target[self.random.choice((*target, *NAMES))] = self._value(3)
        return row

    def _value(self, depth: int) -> Any:
        dice = self.random.random()
        if dice < 0.5 or not depth:
            return self.random.choice(VALUES)
        if dice < 0.6:
            return self.random.choice((None, True, False, 0, 1.5, 10**30, -1, "\ud83d"))
        if dice < 0.8:
            return [self._value(depth - 1) for _ in range(self.random.randint(0, 3))]
        return {self.random.choice(NAMES): self._value(depth - 1) for _ in range(self.random.randint(0, 4))}

    def _changed(self, content: bytes) -> bytes:
        changed = bytearray(content)
        for _ in range(self.random.choice((0, 1, 2, 5))):
            place, dice = self.random.randrange(len(changed) + 1), self.random.random()
            if dice < 0.4:
                changed[place : place + 1] = self.random.randbytes(1)
            elif dice < 0.7:
                del changed[place : place + self.random.randint(1, 9)]
            else:
                changed[place:place] = self.random.randbytes(3)
        return bytes(changed)

    def _wrapped(self, content: bytes) -> bytes:
        dice = self.random.random()
        if dice < 0.1:
            return self._changed(gzip.compress(content))
        if dice < 0.2:
            file = io.BytesIO()
            with zipfile.ZipFile(file, "w", self.random.choice((0, 8))) as archive:
                names = ("a.csv", "listens/1.jsonl", "user.json", "Streaming_History_Audio_1.json")
                archive.writestr(self.random.choice(names), content)
            return self._changed(file.getvalue())
        return content

    def _options(self, name: str) -> list[str]:
        choices = (
            "values = { listener_id = '{file}', country = 'PL' }\ntable = 'listeners'",
            "table = 'annotations'\nvalues = { label = 'x' }\nseveral = { label = ';', name = ',' }",
            "where = { name = ['Can', 'a'], plays = { at_least = 1 } }",
            f"join = {{ path = '{name}', on = 'name' }}",
            "rating_scale = [0, 5]",
            "time_format = '%d/%m/%Y'",
            "credits = [' feat. ', ';']",
        )
        tables = self.random.choice(choices[:2])
        chosen = [one for one in choices[2:] if self.random.random() < 0.15]
        return [*([tables] if self.random.random() < 0.3 else []), *chosen]


def lost_rows(source: Source) -> int:
    """Read a source to its end, and return how many of its rows are neither among those that came out nor rejected."""
    quarantine = Quarantine()
    kept, cleaned = 0, 0
    for batch in source.read(quarantine):
        before = sum(quarantine.rejected.values())
        rows = clean(batch, source.label, quarantine, source.missing)
        cleaned += batch.rows.height - rows.height - (sum(quarantine.rejected.values()) - before)
        kept += _lines(batch)
    rejected = sum(quarantine.rejected.values())
    read = quarantine.read[source.label]
    # Of a row that several rows came from, more than one may be rejected.
    return cleaned if source.format not in COUNTED else max(cleaned, read - kept - rejected)


def _lines(batch: Batch) -> int:
    return batch.rows[LINE].n_unique()


def main() -> None:
    """Read random inputs until there were enough of them, or the time is over."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder for the inputs that fail")
    arguments = parser.parse_args()
    inputs, end = Inputs(arguments.seed), time.monotonic() + arguments.seconds
    read = refused = failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        while read < arguments.inputs and time.monotonic() < end:
            read += 1
            kind = inputs.file_and_recipe(folder)
            problem = ""
            try:
                lost = lost_rows(Recipe.load(folder / "recipe.toml").source[0])
                problem = f"{lost} rows lost" if lost else ""
            except TigertailError:
                refused += 1
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                problem = traceback.format_exc(limit=-3)
            if problem:
                failed += 1
                print(f"input {read} ({kind}): {problem}")
                if arguments.keep:
                    shutil.copytree(folder, arguments.keep / str(read), dirs_exist_ok=True)
            for file in folder.iterdir():
                file.unlink()
    print(
        f"{read:,} inputs: {refused:,} refused with an error of two lines, {failed:,} failed (seed {arguments.seed})."
    )
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
