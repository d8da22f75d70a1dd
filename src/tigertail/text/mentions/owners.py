"""Find the item that a page is about."""

from __future__ import annotations

from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.text.mentions.names import Names
from tigertail.text.mentions.titles import Remark, read_title
from tigertail.text.mentions.tokens import Sign, Words

# First words of a page, in which an artist's profession is mentioned.
_INTRODUCTION: Final = 80


class Owners:
    """Finds the item that a page is about, by MusicBrainz id, else by name.

    An id that no item has says nothing: the item that has the name may have another id, since MusicBrainz merges ids.

    Parameters
    ----------
    items
        The table of items. Of their MusicBrainz ids those in the column ``mbid`` count alone.
    names
        Their names that only one item has.
    """

    def __init__(self, items: pl.DataFrame, names: Names) -> None:
        self._names = names
        self._by_mbid: dict[str, str] = {}
        if c.MBID in items.columns:
            known = items.filter(pl.col(c.MBID).is_not_null()).unique(c.MBID, keep="none")
            self._by_mbid = dict(zip(known[c.MBID], known[c.ITEM_ID], strict=True))

    def owner(self, mbid: str | None, name: str | None, words: Words | None = None) -> str | None:
        """Return the item that a page is about, or None.

        Parameters
        ----------
        mbid, name
            What the source gives: a MusicBrainz id, as it is in the table of items, and a name or a title.
        words
            The page's words, if the page may be about anything: then they must introduce a musician.
        """
        if mbid in self._by_mbid:
            return self._by_mbid[mbid]
        if name is None:
            return None
        title = read_title(name)
        code = self._names.with_brackets(name)
        if code is None and title.remark != Remark.OTHER:
            code = self._names.code_of.get(title.name)
        if code is None or (title.remark != Remark.MUSICIAN and words is not None and not _musical(words)):
            return None
        return str(self._names.items[c.ITEM_ID][code])


def _musical(words: Words) -> bool:
    return bool((words.signs[:_INTRODUCTION] & int(Sign.ROLE_CUE)).any())
