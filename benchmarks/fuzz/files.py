"""Files as people have them, and worse: every format, compressed or not, with random bytes changed, and a recipe.

What must hold: a file is read to its end or refused with an error; of each text or JSON file the rows read are counted
against those that came out and those that were rejected with a reason.
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections import Counter
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, Final

import polars as pl

from tigertail import columns as c
from tigertail.errors import TigertailError
from tigertail.ingest.clean import clean
from tigertail.ingest.formats import Batch, Source
from tigertail.ingest.recipe import Recipe
from tigertail.io.quarantine import LINE, Quarantine

from .area import Area, FaultError, Outcome, check_error
from .texts import MBID, Texts

VALUES: Final = (
    *("a", "Can", "Can feat. Sade", "", " ", "NA", "\\N", "None", "311.0", MBID, f"{MBID},{MBID}", f"http://x/{MBID}"),
    *("2020-01-01T00:00:00Z", "1600000000", "05 Apr 2010, 11:59", "2/3/2019", "-1", "0", "1e400", "nan", "inf", "true"),
    *("\0", "\u200b", "\U0001f3b5", '"x', 'a"b', '""', "x,y", "x;y", "x|y", "{", "[", "'"),
    *("9" * 25, "PL", "pt-BR", "é" * 50),
)  # fmt: skip
NAMES: Final = (
    *("listener_id", "name", "mbid", "item_id", "plays", "rating", "last_played", "country", "label", "weight"),
    *("count", "artist.name", "track_metadata", "additional_info", "mbid_mapping", "artists", "artist_mbids"),
    *("user_name", "listened_at", "artist_name", "ts", "endTime", "ms_played", "x"),
)  # fmt: skip
SEPARATORS: Final = (",", ";", "\t", "|", "<SEP>", "::")
FORMATS: Final = (
    *("csv", "csv", "tsv", "tsv", "json", "json", "json", "parquet", "parquet", "listenbrainz", "spotify-history"),
    *("csv", "tsv", "json", "listenbrainz", "spotify-history", "parquet", "lastfm-country", "lastfm-360k", "lastfm-1k"),
    *("hetrec-lastfm", "dbpedia", "echonest-location", "wfmu-playlists", "documents"),
)  # fmt: skip
_URI: Final = "http://dbpedia.org/resource/"
FOLDERS: Final[dict[str, dict[str, str]]] = {
    "hetrec-lastfm": {
        "artists.dat": "id\tname\turl\tpictureURL\n1\tCan\tu\tp\n2\tSigur Rós\tu\t\n3\t!\tu\tp\n",
        "tags.dat": "tagID\ttagValue\n1\tmetal\n2\tespañol\n",
        "user_artists.dat": "userID\tartistID\tweight\n2\t1\t13883\n2\t3\t7\n4\t2\t1\n",
        "user_taggedartists.dat": "userID\tartistID\ttagID\tday\tmonth\tyear\n2\t1\t1\t1\t4\t2009\n",
        "user_friends.dat": "userID\tfriendID\n2\t4\n",
    },
    "lastfm-1k": {
        "userid-timestamp-artid-artname-traid-traname.tsv": (
            f"u1\t2009-05-04T23:08:57Z\t{MBID}\tDeep Dish\t{MBID}\tFlashdance\nu2\tsome day\t\t坂本龍一\t\t\n"
        ),
        "userid-profile.tsv": "#id\tgender\tage\tcountry\tregistered\nu1\tm\t\tJapan\tAug 13, 2006\n",
    },
    "dbpedia": {
        "MappingLastfm2DBpedia-1.2.tsv": f"7\tDeadmau5\t{_URI}Deadmau5\n9\tTherapy?\t{_URI}Therapy%3F\n",
        **{
            f"{what}.edgelist": f"{_URI}Deadmau5 {_URI}X_(y)\n{_URI}Therapy%3F {_URI}Post-punk\n"
            for what in ("genre", "instrument", "hometown", "birthPlace", "associatedBand", "recordLabel")
        },
    },
    "echonest-location": {
        "geo.dat": "A <sep> Kult <sep> 0.5 <sep> Warszawa, Poland\nB <sep> C <sep> 0.5 <sep> London\n"
    },
    "documents": {
        "Kent_(band).txt": "[[Sade]] sings",
        "Sade.txt": "<p>Soul &amp; <b>jazz</b>",
        "a.html": "<html>x",
    },
}
"""Layouts that are published as a folder of files."""
SUFFIXES: Final = ("csv", "CSV", "txt", "json", "gz", "zip", "zst", "tar")
COUNTED: Final = ("csv", "tsv", "json")  # formats of one row for each line or object


class Files(Area):
    """A file or a folder of files, and its recipe."""

    name = "files"
    share = 0.06

    def attempt(self, random: Random, folder: Path) -> Outcome:
        """Read a random file to its end."""
        kind = Inputs(random).file_and_recipe(folder)
        try:
            return Outcome(1, counts=counted(Recipe.load(folder / "recipe.toml").source[0]))
        except TigertailError as error:
            outcome = Outcome()
            outcome.rejected[f"{check_error(error)} ({kind})"] += 1
            if error.path is None and not str(error.problem).startswith("source"):
                raise FaultError(f"the error names no file: {error}") from None
            return outcome


class Inputs:
    """Makes random files and recipes.

    Parameters
    ----------
    random
        Where they come from.
    """

    def __init__(self, random: Random) -> None:
        self.random = random
        self._texts = Texts(random)

    def file_and_recipe(self, folder: Path) -> str:
        """Write a file and its recipe, and return the format."""
        kind = self.random.choice(FORMATS)
        keys = self.source(folder, kind, "s")
        (folder / "recipe.toml").write_text("[[source]]\n" + "\n".join(keys), encoding="utf-8")
        return kind

    def source(self, folder: Path, kind: str, label: str) -> list[str]:
        """Write a file, and return the keys of its source."""
        one = self.random
        keys = [f'format = "{kind}"', f"name = '{label}'"]
        name = f"{label}.{one.choice(SUFFIXES)}"
        if kind in FOLDERS:
            self._folder(folder / name, FOLDERS[kind])
        else:
            content = self._content(kind, keys)
            (folder / name).write_bytes(self._wrapped(self._perhaps_changed(content)))
        keys.append(f'path = "{name}"')
        if kind in ("csv", "tsv", "json", "parquet"):
            keys += self._options(name)
        if one.random() < 0.2:
            keys.append('missing = ["NA", "\\\\N"]')
        return keys

    def _folder(self, path: Path, files: dict[str, str]) -> None:
        """Write a published layout, as a folder or a ZIP archive, some files changed and perhaps one missing."""
        contents = {name: self._perhaps_changed(text.encode()) for name, text in files.items()}
        if self.random.random() < 0.1:
            del contents[self.random.choice(list(contents))]
        if self.random.random() < 0.3:
            with zipfile.ZipFile(path, "w") as archive:
                for name, content in contents.items():
                    archive.writestr(name, content)
            return
        path.mkdir()
        for name, content in contents.items():
            (path / name).write_bytes(content)

    def _perhaps_changed(self, content: bytes) -> bytes:
        return self._changed(content) if self.random.random() < 0.5 else content

    def _any_value(self) -> str:
        return self.random.choice(VALUES) if self.random.random() < 0.8 else self._texts.name()

    def _content(self, kind: str, keys: list[str]) -> bytes:
        if kind == "wfmu-playlists":
            return self._shows()
        if kind == "parquet":
            columns = {name: [self._any_value() for _ in range(3)] for name in self._names(4)}
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

    def _shows(self) -> bytes:
        shows = [("SN", datetime(2017, 7, 3), self._any_value(), self._any_value()) for _ in range(3)]
        columns = {"DJ": pl.String, "AirDate": pl.Datetime("us"), "Artist": pl.String, "Title": pl.String}
        file = io.BytesIO()
        pl.DataFrame(shows, columns, orient="row").write_parquet(file)
        return file.getvalue()

    def _names(self, most: int) -> list[str]:
        more = self.random.sample(NAMES, self.random.randint(0, most))
        return list(dict.fromkeys(("listener_id", "name", *more)))

    def _table(self, separator: str) -> str:
        names = self._names(4)
        rows = [separator.join(names)]
        for _ in range(self.random.randint(0, 8)):
            width = len(names) + self.random.choice((0, 0, 0, 0, 1, -1))
            rows.append(separator.join(self._any_value() for _ in range(width)))
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
            return self._any_value()
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


def counted(source: Source) -> Counter[str]:
    """Read a source to its end, and count its rows.

    Raises
    ------
    FaultError
        If a row is neither among those that came out, nor rejected, nor left out by the recipe.
    """
    quarantine = Quarantine()
    kept, cleaned = 0, 0
    for batch in source.read(quarantine):
        if batch.table == c.DOCUMENTS_TABLE:  # pages are kept as they are
            continue
        before = len(quarantine.rows)
        rows = clean(batch, source.label, quarantine, source.missing)
        bad = [row.line for row in quarantine.rows[before:]]
        # Of a rejected line, which may stand for several rows, some of these may come out.
        cleaned += max(0, batch.rows.filter(~pl.col(LINE).is_in(bad)).height - rows.height)
        kept += _lines(batch)
    rejected = quarantine.rejected.total()
    read = quarantine.read[source.label]
    left_out = quarantine.left_out.total()
    lost = cleaned if source.format not in COUNTED else max(cleaned, read - kept - rejected - left_out)
    if lost:
        raise FaultError(f"{lost} rows lost of {read} read: {kept} kept, {rejected} rejected")
    return Counter({"rows of files read": read, "rows rejected with a reason": rejected})


def _lines(batch: Batch) -> int:
    return batch.rows[LINE].n_unique()
