"""Items as players name them: by MusicBrainz identifier, by name, a track by its artist too.

An item's MBID is in the catalogue's ``mbid`` column, or is its id. A track's artist is another item, or is known by
its name or MBID alone.
"""

from __future__ import annotations

from typing import ClassVar, Final
from urllib.parse import unquote
from weakref import WeakKeyDictionary

import polars as pl
from rapidfuzz.distance import OSA

from tigertail import columns as c
from tigertail.dataset.folding import fold
from tigertail.retrieval.item_index import mbid_in
from tigertail.service.serving.served_model import ServedModel

CLOSE: Final = 0.79  # a mistake in five letters
_CANDIDATES: Final = 20
_ARTIST: Final = "artist"  # of a track: its artist's name
_ARTIST_FOLDED: Final = "artist_folded"
_ARTIST_MBID: Final = "artist_mbid"
_MBID_GIVEN: Final = "artist_mbid_given"
_CODE: Final = "code"
_WHOLE: Final = "{} - {}"  # the id of a track that has no other: its artist and its name


class Catalogue:
    """The items of a served model.

    Parameters
    ----------
    served
        The served model.
    """

    _made: ClassVar[WeakKeyDictionary[ServedModel, Catalogue]] = WeakKeyDictionary()

    def __init__(self, served: ServedModel) -> None:
        self._index = served.index
        self._items = _credited(served.model.items, served.index.mbids)

    @classmethod
    def of(cls, served: ServedModel) -> Catalogue:
        """Return the catalogue of a served model, made once."""
        made = cls._made.get(served)
        if made is None:
            made = cls._made[served] = cls(served)
        return made

    def mbid(self, code: int) -> str:
        """Return an item's MBID; empty where it is unknown."""
        return str(self._items[c.MBID][code] or "")

    def artist(self, code: int) -> tuple[str, str]:
        """Return the name and the MBID of a track's artist; empty where they are unknown."""
        row = self._items.row(code, named=True)
        return row[_ARTIST] or "", row[_ARTIST_MBID] or ""

    def by_mbid(self, mbid: str, kind: str) -> int | None:
        """Return the code of an item of that kind; None where there is none."""
        return self._index.by_mbid(mbid, kind)

    def by_name(self, name: str, kind: str, artist: str | None = None) -> int | None:
        """Return the code of the item with most listeners of that kind and name, a track of that artist.

        A name that is escaped twice, as some players do because Last.fm unescapes twice, is found as well.
        """
        code = self._called(name, kind, artist)
        if code is None and "%" in f"{name}{artist or ''}":
            code = self._called(unquote(name), kind, None if artist is None else unquote(artist))
        return code

    def closest(self, name: str, kind: str, artist: str | None = None) -> int | None:
        """Return the code of the item of that kind whose name is closest; None where none is close enough."""
        wanted = pl.col(c.KIND) == kind
        if artist is not None:
            near = self.closest(artist, c.ARTIST)
            wanted &= self._of_artist(artist if near is None else self._items[c.NAME][near])
        allowed = self._items.select(wanted.fill_null(False).alias("allowed"))["allowed"].to_numpy()
        codes, _ = self._index.search(name, _CANDIDATES, allowed)
        folded = fold(name)
        close = [
            OSA.normalized_similarity(folded, self._items["folded"][int(code)], score_cutoff=CLOSE)
            for code in codes
        ]
        best = max(range(len(close)), key=close.__getitem__, default=None)
        return None if best is None or not close[best] else int(codes[best])

    def _called(self, name: str, kind: str, artist: str | None) -> int | None:
        wanted = pl.col(c.KIND) == kind
        if artist is not None:
            whole = pl.col(c.ITEM_ID) == _WHOLE.format(fold(artist), fold(name))
            wanted &= self._of_artist(artist) | whole
        for alike in (pl.col(c.NAME) == name, pl.col("folded") == fold(name)):
            codes = self._items.filter(wanted & alike)[_CODE]
            if len(codes):
                return int(codes[0])
        return None

    def _of_artist(self, artist: str) -> pl.Expr:
        """Return which items are an artist's; where no item has an artist, every item may be."""
        if c.ARTIST_ID not in self._items.columns:
            return pl.lit(True)
        return (pl.col(_ARTIST_FOLDED) == fold(artist)).fill_null(False)


def _credited(items: pl.DataFrame, mbids: pl.Series) -> pl.DataFrame:
    """Return items with their MBIDs, and tracks with their artists, as far as they are known."""
    items = items.with_columns(mbids).with_row_index(_CODE)
    if c.ARTIST_ID not in items.columns:
        missing = pl.lit(None, pl.String)
        return items.with_columns(missing.alias(name) for name in (_ARTIST, _ARTIST_FOLDED, _ARTIST_MBID))
    artists = items.filter(pl.col(c.KIND) == c.ARTIST).select(
        c.ITEM_ID, c.MBID, pl.col(c.NAME).alias(_ARTIST), pl.col("folded").alias(_ARTIST_FOLDED)
    )
    by_id = artists.rename({c.ITEM_ID: c.ARTIST_ID, c.MBID: _ARTIST_MBID})
    by_mbid = artists.drop(c.ITEM_ID).drop_nulls(c.MBID).unique(c.MBID, keep="first")
    by_mbid = by_mbid.rename({c.MBID: _MBID_GIVEN})
    items = items.with_columns(mbid_in(c.ARTIST_ID).alias(_MBID_GIVEN))
    items = items.join(by_id, on=c.ARTIST_ID, how="left", maintain_order="left")
    items = items.join(by_mbid, on=_MBID_GIVEN, how="left", suffix="_2", maintain_order="left")
    folded_name = pl.when(pl.col(_MBID_GIVEN).is_null()).then(c.ARTIST_ID)  # no item: the folded name itself
    return items.with_columns(
        pl.coalesce(_ARTIST, f"{_ARTIST}_2", folded_name).alias(_ARTIST),
        pl.coalesce(_ARTIST_FOLDED, f"{_ARTIST_FOLDED}_2", folded_name).alias(_ARTIST_FOLDED),
        pl.coalesce(_ARTIST_MBID, _MBID_GIVEN).alias(_ARTIST_MBID),
    )
