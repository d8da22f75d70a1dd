"""Items as players name them: by MusicBrainz identifier, by name, a track by its artist too.

An item's MBID is in the catalogue's ``mbid`` column, or is its id. A track's artist is another item, or is known by
its name or MBID alone.
"""

from __future__ import annotations

from typing import ClassVar, Final
from urllib.parse import unquote
from weakref import WeakKeyDictionary

import polars as pl

from tigertail import columns as c
from tigertail.dataset.folding import fold, fold_series
from tigertail.retrieval.item_index import ItemIndex, mbid_in
from tigertail.service.serving.served_model import ServedModel

_ARTIST: Final = "artist"  # of a track: its artist's name
_ARTIST_FOLDED: Final = "artist_folded"
_ARTIST_MBID: Final = "artist_mbid"
_ARTIST_CODE: Final = "artist_code"
_CODE: Final = "code"


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
        self._items = _credited(served.model.items, served.index)

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
        """Return the code of the item of that kind that a name with a typing error means; None where none is likely."""
        wanted = pl.col(c.KIND) == kind
        if artist is not None:
            code = self.by_name(artist, c.ARTIST)
            wanted &= self._of_artist(artist, self.closest(artist, c.ARTIST) if code is None else code)
        allowed = self._items.select(wanted.fill_null(False).alias("allowed"))["allowed"].to_numpy()
        own = self._index.named(name, kind)
        own = own[allowed[own]]
        return int(own[0]) if len(own) else self._index.correct(name, allowed)

    def _called(self, name: str, kind: str, artist: str | None) -> int | None:
        codes = self._index.named(name, kind)
        if artist is None or not len(codes):
            return int(codes[0]) if len(codes) else None
        wanted = self._of_artist(artist, self.by_name(artist, c.ARTIST))
        named = self._items.select(pl.all().gather(codes)).filter(wanted)[_CODE]
        return int(named[0]) if len(named) else None

    def _of_artist(self, artist: str, code: int | None) -> pl.Expr:
        """Return which items are of an artist, by name and, where it is an item, by code; all where none has one."""
        if c.ARTIST_ID not in self._items.columns:
            return pl.lit(True)
        whole = pl.concat_str(pl.lit(f"{fold(artist)} - "), "folded")
        own = (pl.col(_ARTIST_FOLDED) == fold(artist)) | (pl.col(c.ITEM_ID) == whole)
        if code is not None:
            own |= pl.col(_ARTIST_CODE) == code
        return own.fill_null(False)


def _credited(items: pl.DataFrame, index: ItemIndex) -> pl.DataFrame:
    """Return items with their MBIDs, and tracks with their artists, as far as they are known."""
    items = items.with_columns(index.mbids).with_row_index(_CODE)
    if c.ARTIST_ID not in items.columns:
        missing = pl.lit(None, pl.String)
        return items.with_columns(missing.alias(name) for name in (_ARTIST, _ARTIST_FOLDED, _ARTIST_MBID))
    ids = items[c.ARTIST_ID].drop_nulls().unique()  # an id, an MBID or a folded name
    by_id = pl.Series([index.by_id(artist) for artist in ids], dtype=pl.Int32)
    by_mbid = index.by_mbids(ids, c.ARTIST)
    known = pl.DataFrame([ids, by_mbid.zip_with(by_mbid.is_not_null(), by_id).alias(_ARTIST_CODE)])
    known = known.cast({_ARTIST_CODE: pl.UInt32})
    artists = items.select(
        pl.col(_CODE).alias(_ARTIST_CODE),
        pl.col(c.NAME).alias(_ARTIST),
        pl.col("folded").alias(_ARTIST_FOLDED),
        pl.col(c.MBID).alias(_ARTIST_MBID),
    )
    items = items.join(known, on=c.ARTIST_ID, how="left", maintain_order="left")
    items = items.join(artists, on=_ARTIST_CODE, how="left", maintain_order="left")
    given = pl.col(c.ARTIST_NAME) if c.ARTIST_NAME in items.columns else pl.lit(None, pl.String)
    mbid = mbid_in(c.ARTIST_ID)
    # No item: the name as it is spelled, else the folded name itself.
    shown = pl.coalesce(_ARTIST, given, pl.when(mbid.is_null()).then(c.ARTIST_ID))
    items = items.with_columns(shown.alias(_ARTIST), pl.coalesce(_ARTIST_MBID, mbid).alias(_ARTIST_MBID))
    return items.with_columns(pl.coalesce(_ARTIST_FOLDED, fold_series(items[_ARTIST])).alias(_ARTIST_FOLDED))
