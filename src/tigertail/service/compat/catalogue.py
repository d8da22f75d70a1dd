"""Items as players name them: by MusicBrainz identifier, by name, a track by its artist too.

An item's MBID is in the catalogue's ``mbid`` column, or is its id. The artist of a track or an album is another item,
or is known by name or MBID alone.
"""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar
from urllib.parse import unquote
from weakref import WeakKeyDictionary

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.folding import fold_series
from tigertail.lookup.item_index import ItemIndex
from tigertail.lookup.mbids import is_mbid
from tigertail.lookup.name_index import NameIndex
from tigertail.service.serving.served_model import ServedModel


class Catalogue:
    """The items of a served model.

    Parameters
    ----------
    served
        The served model.
    """

    # Weak keys: a model goes when it is replaced, so a catalogue must not hold its served model.
    _made: ClassVar[WeakKeyDictionary[ServedModel, Catalogue]] = WeakKeyDictionary()

    def __init__(self, served: ServedModel) -> None:
        self._index = served.index
        self._items = items = served.model.items
        self._kinds = items[c.KIND]
        self._mbids = served.index.mbids
        self._artists = items.get_column(c.ARTIST_NAME, default=None)
        self._credits = items.get_column(c.ARTIST_MBIDS, default=None)

    @classmethod
    def of(cls, served: ServedModel) -> Catalogue:
        """Return the catalogue of a served model, made once."""
        made = cls._made.get(served)
        if made is None:
            made = cls._made[served] = cls(served)
        return made

    def mbid(self, code: int) -> str:
        """Return an item's MBID; empty where it is unknown."""
        return str(self._mbids[code] or "")

    def artist(self, code: int) -> str:
        """Return the name of the artist of a track or an album, as it is spelled; empty where it is unknown."""
        return "" if self._artists is None else str(self._artists[code] or "")

    def artist_mbids(self, code: int) -> list[str]:
        """Return the MBIDs of all artists of a track or an album, in the order of its credit; none where unknown."""
        found = None if self._credits is None else self._credits[code]
        return [] if found is None else found.to_list()

    def by_mbid(self, mbid: str, kind: str) -> int | None:
        """Return the code of an item of that kind; None where there is none."""
        return self._index.by_mbid(mbid, kind)

    def by_name(self, name: str, kind: str, artist: str | None = None) -> int | None:
        """Return the code of the item with most listeners of that kind and name; None where there is none.

        Of tracks and albums only those of ``artist`` count: all of them where it is None, none where it is empty. It
        makes no difference where no track or album has an artist.
        """
        for spelled in _unescaped(name, artist):
            codes = self._named(*spelled, kind)
            if len(codes):
                return int(codes[0])
        return None

    def find(self, name: str, kind: str, mbid: str | None = None, artist: str | None = None) -> int | None:
        """Return the code of an item of that kind, by its MBID, else by its name; None where there is none."""
        code = self.by_mbid(mbid, kind) if mbid else None
        return self.by_name(name, kind, artist) if code is None and name else code

    def tracks_of(self, artist: str, mbid: str | None = None, *, correct: bool = False) -> list[int]:
        """Return the codes of the tracks of an artist, given by name or MBID, those with most listeners first.

        Parameters
        ----------
        artist, mbid
            The artist, who need not be an item. Of several artists of one name the MBID tells whose tracks are meant,
            as far as the tracks say so.
        correct
            Whether the name may have a typing error; one that an artist has exactly has none.
        """
        theirs = self._of_name(artist, mbid, correct=correct)
        if mbid and is_mbid(mbid := mbid.strip().lower()) and self._credits is not None:
            theirs = self._of_mbid(mbid, theirs)
        return [int(one) for one in np.flatnonzero((self._kinds == c.TRACK).to_numpy() & theirs)]

    def search_tracks(self, text: str, n: int) -> list[int]:
        """Return the codes of the tracks whose title, or title and artist, best match what has been typed."""
        tracks = (self._kinds == c.TRACK).to_numpy()
        found = [index.search(text, n, tracks) for index in (self._index, self._titles_with_artists)]
        codes, match = (np.concatenate(both) for both in zip(*found, strict=True))
        best_first = codes[np.argsort(-match, kind="stable")]
        return list(dict.fromkeys(best_first.tolist()))[:n]

    def closest(self, name: str, kind: str, artist: str | None = None) -> int | None:
        """Return the code of the item of that kind that a name with a typing error means; None where none is likely.

        Of a track the error may be in its name or its artist's.
        """
        of_kind = (self._kinds == kind).to_numpy()
        for title, whose in _unescaped(name, artist):
            allowed = of_kind if whose is None or self._artists is None else of_kind & self._owned_by(whose)
            own = self._index.all_named(title, kind)
            own = own[allowed[own]]
            code = int(own[0]) if len(own) else self._index.correct(title, allowed)
            if code is not None:
                return code
        return None

    def _of_name(self, artist: str, mbid: str | None, *, correct: bool) -> NDArray[np.bool_]:
        """Return which tracks and albums are of an artist's name: that of the item where the artist is one."""
        code = self.find(artist, c.ARTIST, mbid)
        if code is None and correct:
            code = self.closest(artist, c.ARTIST)
        if code is not None:
            return self._index.mask_of_artist(self._items[c.NAME][code])
        owned_by = self._owned_by if correct else self._index.mask_of_artist
        found = [owned_by(name) for name, _ in _unescaped(artist, None)]
        return next((theirs for theirs in found if theirs.any()), found[0])

    def _of_mbid(self, mbid: str, of_name: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which tracks and albums are of the artist with an MBID.

        Of those of the artist's name, the ones without an MBID are too; and all are, where nothing else is known of
        the MBID.
        """
        code = self.by_mbid(mbid, c.ARTIST)
        credited = pl.col(c.ARTIST_MBIDS)
        own = credited.list.contains(mbid)
        if code is not None:
            own |= pl.col(c.ARTIST_ID) == self._items[c.ITEM_ID][code]
        theirs, unknown = (
            self._items.select(which.fill_null(value)).to_series().to_numpy()
            for which, value in ((own, False), (credited.list.len() == 0, True))
        )
        return of_name if code is None and not theirs.any() else theirs | (of_name & unknown)

    def _owned_by(self, artist: str) -> NDArray[np.bool_]:
        """Return which tracks and albums are of an artist, or of the one that a name with a typing error means."""
        theirs = self._index.mask_of_artist(artist)
        if self._artists is None or theirs.any() or (likely := self._credited.correct(artist)) is None:
            return theirs
        return self._index.mask_of_artist(self._credited.items[c.NAME][likely])

    @cached_property
    def _credited(self) -> ItemIndex:
        """The index of the artists that tracks and albums name."""
        named = self._items.drop_nulls(c.ARTIST_NAME)
        names = named.select(pl.col(c.ARTIST_NAME).alias(c.NAME), "listeners")
        names = names.with_columns(fold_series(names[c.NAME]).alias("folded"))
        artists = names.group_by("folded", maintain_order=True).agg(pl.first(c.NAME), pl.sum("listeners"))
        artists = artists.sort("listeners", "folded", descending=[True, False])
        return ItemIndex(artists.with_columns(pl.col("folded").alias(c.ITEM_ID)))

    @cached_property
    def _titles_with_artists(self) -> NameIndex:
        """The index of items under their name and their artist's together."""
        parts = [name for name in (c.NAME, c.ARTIST_NAME) if name in self._items.columns]
        names = self._items.select(pl.concat_str(parts, separator=" ", ignore_nulls=True)).to_series()
        return NameIndex(names, self._items["listeners"].to_numpy())

    def _named(self, name: str, artist: str | None, kind: str) -> NDArray[np.int32]:
        """Return the items of a name; where no track has an artist, that of the artist makes no difference."""
        if artist is None or self._artists is None:
            return self._index.all_named(name, kind)
        return self._index.all_named_by(name, artist, kind)


def _unescaped(name: str, artist: str | None) -> list[tuple[str, str | None]]:
    """Return the names as they are; and unescaped, as some players escape twice because Last.fm unescapes twice."""
    names = [(name, artist)]
    if "%" in f"{name}{artist or ''}":
        names.append((unquote(name), None if artist is None else unquote(artist)))
    return names
