"""Dumps as ListenBrainz and MusicBrainz publish them, with listens and artists that are made up.

Layout, names and types of columns are those of the dumps that :mod:`tigertail.ingest.formats.listenbrainz_spark` and
:mod:`tigertail.ingest.formats.musicbrainz` read, and cite; all ids are made up, and that of a credit is its first
artist's. The artists of a scene share a script and listeners.
"""

from __future__ import annotations

import io
import json
import tarfile
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

LISTENS: Final = pl.Schema(
    {
        "listened_at": pl.Datetime("ms"),
        "created": pl.Datetime("ms"),
        "user_id": pl.Int64(),
        "recording_msid": pl.String(),
        "artist_name": pl.String(),
        "artist_credit_id": pl.Int64(),
        "release_name": pl.String(),
        "release_mbid": pl.String(),
        "recording_name": pl.String(),
        "recording_mbid": pl.String(),
        "artist_credit_mbids": pl.List(pl.String()),
    }
)
"""The columns of a member of a dump for Spark."""

_SYLLABLES: Final = {  # the name of an artist is its number, a syllable for each digit
    "Latin": ("ka", "ki", "ku", "sa", "mi", "to", "no", "ra", "re", "ro"),
    "Kana": ("カ", "キ", "ク", "サ", "ミ", "ト", "ノ", "ラ", "レ", "ロ"),
    "Cyrillic": ("ка", "ки", "ку", "са", "ми", "то", "но", "ра", "ре", "ро"),
    "Greek": ("κα", "κι", "κυ", "σα", "μι", "το", "νο", "ρα", "ρε", "ρο"),
}
_SCENES: Final = {  # country and genre of those who sing in a script
    "Latin": ("BR", "mpb"),
    "Kana": ("JP", "shibuya-kei"),
    "Cyrillic": ("UA", "dark folk"),
    "Greek": ("GR", "laïko"),
}
_TRACKS: Final = 8  # of an artist
_START: Final = datetime(2005, 1, 1, tzinfo=UTC)
_SPAN: Final = 20 * 365 * 86_400_000  # milliseconds


@dataclass(frozen=True)
class OpenWorld:
    """Artists of four scenes, and listeners who mostly stay in theirs.

    Parameters
    ----------
    artists, listeners
        How many there are. Artists are more than four, or some play together with themselves, and a multiple of four,
        or the last one has the listens of those that some of the four scenes lack. Listeners are one at least.
    seed
        Same seed, same dumps; but a ``.gz`` has the time of its making in its header.
    unmapped
        The share of listens without an MBID, as a client sent them: with the artist's name in Latin letters.
    joint
        The share of listens to two artists together; with ``unmapped``, at most 1.
    """

    artists: int = 400
    listeners: int = 300
    seed: int = 0
    unmapped: float = 0.08
    joint: float = 0.05

    def mbid(self, artist: int) -> str:
        """Return the MBID of an artist."""
        return f"{artist:08x}-0000-4000-8000-{artist:012x}"

    def script(self, artist: int) -> str:
        """Return the script of an artist's scene."""
        return list(_SYLLABLES)[artist % len(_SYLLABLES)]

    def name(self, artist: int, script: str | None = None) -> str:
        """Return the name of an artist, in the script of the scene or another."""
        digits = f"{artist:05}"
        return "".join(_SYLLABLES[script or self.script(artist)][int(digit)] for digit in digits).capitalize()

    def write_listens(
        self, path: Path, listens: int, *, member_rows: int = 1_000_000, first_day: int = 0
    ) -> Path:
        """Write a dump of listens for Spark, spread evenly over twenty years.

        Parameters
        ----------
        path
            A tar archive to write, packed as its suffix says (``.xz``, ``.gz``, else not); its name without suffixes is
            that of the folder in it.
        listens
            How many there are.
        member_rows
            How many are in each member.
        first_day
            The day on which those years begin, in days since 2005-01-01, 0 or more: another day, other listens.
        """
        dump = path.name.partition(".")[0]
        draw = np.random.default_rng([self.seed, first_day])
        with _archive(path) as archive:
            _add(archive, f"{dump}/COPYING", b"CC0\n")
            for member, first in enumerate(range(0, listens, member_rows)):
                count = min(member_rows, listens - first)
                since = first_day * 86_400_000 + _SPAN * first // listens
                rows = self._listens(draw, count, since, _SPAN * count // listens)
                data = io.BytesIO()
                rows.write_parquet(data, compression="zstd")
                _add(archive, f"{dump}/{member}.parquet", data.getvalue())
        return path

    def write_artists(self, path: Path) -> Path:
        """Write ``artist.tar.xz``, or a tar archive that is packed as another suffix says (``.gz``, else not)."""
        lines = (json.dumps(self.artist(number), ensure_ascii=False) for number in range(self.artists))
        with _archive(path) as archive:
            _add(archive, "COPYING", b"CC0\n")
            _add(archive, "mbdump/artist", "".join(f"{line}\n" for line in lines).encode())
        return path

    def artist(self, number: int) -> dict[str, Any]:
        """Return an artist as a line of MusicBrainz' dump has it."""
        script = self.script(number)
        country, genre = _SCENES[script]
        latin = self.name(number, "Latin")
        votes = [{"name": genre, "count": 2 + number % 5, "id": "", "disambiguation": ""}]
        # Of every third, only the area tells the country: it is a region of it.
        place = f"{country}-01" if number % 3 == 0 else country
        codes = "iso-3166-2-codes" if number % 3 == 0 else "iso-3166-1-codes"
        aliases = [] if script == "Latin" else [_alias(latin, "en", primary=True)]
        return {
            "id": self.mbid(number),
            "name": self.name(number),
            "sort-name": latin,
            "disambiguation": "",
            "type": "Person" if number % 2 else "Group",
            "type-id": "",
            "gender": None,
            "country": None if number % 3 == 0 else country,
            "area": {"id": "", "name": "somewhere", "sort-name": "somewhere", codes: [place]},
            "begin-area": None,
            "aliases": aliases,
            "genres": votes,
            # "noise" has no votes: a reader has to leave it out.
            "tags": [*votes, {"name": f"scene of {genre}", "count": 1}, {"name": "noise", "count": 0}],
            "relations": [],
        }

    @cached_property
    def _names(self) -> pl.DataFrame:
        """Name and MBIDs of each artist, in the order of their numbers."""
        numbers = range(self.artists)
        return pl.DataFrame(
            {
                "name": [self.name(one) for one in numbers],
                "latin": [self.name(one, "Latin") for one in numbers],
                "mbid": [self.mbid(one) for one in numbers],
            }
        )

    def _listens(self, draw: np.random.Generator, count: int, since: int, span: int) -> pl.DataFrame:
        scenes = len(_SYLLABLES)
        of_scene = -(-self.artists // scenes)
        # The more active a listener and the more popular an artist, the more listens: both fall off as 1 / rank.
        users = _ranked(draw, self.listeners, count)
        ranks = _ranked(draw, of_scene, count)
        # Where in a scene's order a listener begins: not all have the same favourites. 7919 is a prime.
        ranks = (ranks + users * 7919 % max(1, of_scene // 4)) % of_scene
        elsewhere = draw.random(count) < 0.1
        scene = np.where(elsewhere, draw.integers(0, scenes, count), users % scenes)
        artists = np.minimum(ranks * scenes + scene, self.artists - 1)
        others = (artists + scenes) % self.artists
        kind = draw.random(count)
        unmapped, joint = kind < self.unmapped, kind > 1 - self.joint
        tracks = artists * _TRACKS + draw.integers(0, _TRACKS, count)
        start = int(_START.timestamp() * 1000) + since
        times = np.sort(draw.integers(0, max(1, span), count)) + start
        first, second = self._names[artists], self._names[others]
        frame = pl.DataFrame(
            {
                "time": times,
                "user": users + 1,
                "track": tracks,
                "artist": artists,
                "unmapped": unmapped,
                "joint": joint,
                "name": first["name"],
                "latin": first["latin"],
                "mbid": first["mbid"],
                "other": second["name"],
                "other_mbid": second["mbid"],
            }
        )
        mapped = ~pl.col("unmapped")
        title = pl.format("Track {}", "track")
        both = pl.format("{} & {}", "name", "other")
        name = pl.when("unmapped").then("latin").when("joint").then(both).otherwise("name")
        track_mbid = pl.format("{}-1111-4111-8111-000000000000", pl.col("track").cast(pl.String).str.zfill(8))
        one, two = pl.concat_list("mbid"), pl.concat_list("mbid", "other_mbid")
        return frame.select(
            pl.from_epoch("time", time_unit="ms").alias("listened_at"),
            pl.from_epoch(pl.col("time") + 60_000, time_unit="ms").alias("created"),
            pl.col("user").alias("user_id"),
            track_mbid.str.replace("-1111-", "-2222-", literal=True).alias("recording_msid"),
            name.alias("artist_name"),
            pl.when(mapped).then("artist").alias("artist_credit_id"),
            pl.when(mapped).then(pl.format("Album {}", "artist")).alias("release_name"),
            pl.lit(None, pl.String).alias("release_mbid"),
            title.alias("recording_name"),
            pl.when(mapped).then(track_mbid).alias("recording_mbid"),
            pl.when(mapped & pl.col("joint")).then(two).when(mapped).then(one).alias("artist_credit_mbids"),
        ).cast(LISTENS)


def _ranked(draw: np.random.Generator, size: int, count: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Draw numbers below ``size``, each about as often as 1 / (1 + number)."""
    drawn: np.ndarray[Any, np.dtype[np.int64]] = np.expm1(draw.random(count) * np.log(size + 1)).astype(
        np.int64
    )
    drawn[drawn >= size] = size - 1
    return drawn


def _alias(name: str, locale: str, *, primary: bool) -> dict[str, Any]:
    return {
        "name": name,
        "sort-name": name,
        "locale": locale,
        "primary": primary,
        "type": "Artist name",
        "begin": None,
        "end": None,
        "ended": False,
    }


def _archive(path: Path) -> tarfile.TarFile:
    if path.suffix == ".xz":
        return tarfile.open(path, "w:xz", preset=1)
    return tarfile.open(path, "w:gz") if path.suffix == ".gz" else tarfile.open(path, "w")


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    entry.mtime = int(_START.timestamp())
    archive.addfile(entry, io.BytesIO(data))
