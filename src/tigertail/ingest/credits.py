"""Credits of several artists: "Zorble feat. Finch" counts for Zorble and for Finch, where a recipe says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.folding import fold, fold_series
from tigertail.ingest.accumulator import REF
from tigertail.ingest.formats import Source
from tigertail.ingest.references import ITEMS_TABLE_ROW, ROWS, condense, hashed
from tigertail.io.quarantine import EXAMPLES, Quarantine

MAX_JOINED: Final = 10
"""Parts that a known name is made of, at most: to try all would take the cube of the length of a credit. One of more
parts is split."""

_PARTS: Final = "parts"
_WHOLE: Final = "whole"
_CLOSING: Final = {"(": ")", "[": "]", "（": "）"}


@dataclass(frozen=True)
class Credits:
    """How the credits of a recipe's sources are split.

    Attributes
    ----------
    sources
        The sources whose credits are split, by name.
    known
        Folded names that are never split: those of tables of items, and those that stand beside a MusicBrainz id
        in plays or in another table that makes items.
    """

    sources: Mapping[str, Source]
    known: frozenset[str]

    @classmethod
    def of(cls, sources: Iterable[Source], refs: pl.DataFrame) -> Credits:
        """Return how credits are split.

        Parameters
        ----------
        sources
            The sources of a recipe.
        refs
            The references of tables that make items, as :func:`~tigertail.ingest.references.condense` returns them.
        """
        splitting = {source.label: source for source in sources if source.credits}
        sure = refs.filter(
            (pl.col(c.KIND) == c.ARTIST) & (pl.col(ITEMS_TABLE_ROW) | pl.col(c.MBID).is_not_null())
        )
        names = sure[c.NAME].drop_nulls().unique() if splitting else pl.Series([], dtype=pl.String)
        return cls(splitting, frozenset(fold_series(names)))

    def split(self, refs: pl.DataFrame, quarantine: Quarantine) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Replace references to several artists by a reference to each.

        Parameters
        ----------
        refs
            References; those with an id or a MusicBrainz id stay whole.
        quarantine
            Where the number of rows whose credits were split goes.

        Returns
        -------
        refs
            The references, those of parts in place of the credits.
        parts
            ``whole`` and ``ref``: each credit, and the references of its parts.
        """
        named = pl.col(c.NAME).is_not_null() & pl.col(c.ITEM_ID).is_null() & pl.col(c.MBID).is_null()
        whose = pl.col(c.SOURCE).is_in(list(self.sources)) & (pl.col(c.KIND) == c.ARTIST)
        found = refs.filter(named & whose & ~pl.col(ITEMS_TABLE_ROW)) if self.sources else refs.clear()
        parts = [
            self._parts(name, self.sources[label])
            for label, name in found.select(c.SOURCE, c.NAME).iter_rows()
        ]
        found = found.with_columns(pl.Series(_PARTS, parts, dtype=pl.List(pl.String)))
        several = found.filter(pl.col(_PARTS).list.first() != pl.col(c.NAME))
        self._count(several, quarantine)
        single = several.rename({REF: _WHOLE}).explode(_PARTS)
        single = hashed(single.drop(c.NAME).rename({_PARTS: c.NAME}))
        rest = refs.join(several.select(REF).unique(), on=REF, how="anti")
        every = condense([rest, single.select(refs.columns)])
        return every, single.select(_WHOLE, REF).unique()

    def _parts(self, name: str, source: Source) -> list[str]:
        parts = split_credit(name, source.credits, self.known)
        return parts[:1] if source.credited == "first" else parts

    def _count(self, several: pl.DataFrame, quarantine: Quarantine) -> None:
        common = (
            several.group_by(c.SOURCE, c.NAME)
            .agg(pl.col(ROWS).sum())
            .sort(ROWS, c.NAME, descending=[True, False])
        )
        for (label,), names in common.group_by(c.SOURCE, maintain_order=True):
            examples = names[c.NAME].head(EXAMPLES).to_list()
            quarantine.warn(str(label), "credit of several artists, split", int(names[ROWS].sum()), examples)


def with_credits(item_of: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    """Return the items of all references: those of a credit are the items of its parts.

    Parameters
    ----------
    item_of
        ``ref`` and ``item_id``.
    parts
        As :meth:`Credits.split` returns them.
    """
    of_credits = parts.join(item_of, on=REF).select(pl.col(_WHOLE).alias(REF), c.ITEM_ID)
    return pl.concat([item_of, of_credits]).unique(maintain_order=True)


def split_credit(name: str, separators: Sequence[str], known: frozenset[str]) -> list[str]:
    """Split a credit into the names of artists.

    Parameters
    ----------
    name
        The credit.
    separators
        What stands between artists, in capitals or not; a blank in it stands for any number and kind of blanks. A
        bracket that one opens is left out where it is closed.
    known
        Folded names that are not split; the longest one from the left goes first.

    Examples
    --------
    >>> split_credit("Simon & Garfunkel feat. Finch", (" feat. ", " & "), frozenset({"simon and garfunkel"}))
    ['Simon & Garfunkel', 'Finch']
    >>> split_credit("Zorble; Finch & Mork", ("; ", " & "), frozenset())
    ['Zorble', 'Finch', 'Mork']
    """
    pattern = "|".join(map(_pattern, sorted(separators, key=len, reverse=True)))
    pieces = re.split(f"({pattern})", name, flags=re.IGNORECASE)
    parts: list[str] = []
    first = 0
    opened: list[str] = []  # by separators such as " (feat. "
    while first < len(pieces):
        ends = range(min(len(pieces), first + 2 * MAX_JOINED - 1), first + 1, -2)
        end = next((end for end in ends if fold("".join(pieces[first:end])) in known), first + 1)
        part = "".join(pieces[first:end]).strip()
        if first > 0:
            opened += [letter for letter in pieces[first - 1] if letter in _CLOSING]
        while opened and (close := _unmatched(part, opened[-1])) >= 0:
            part = (part[:close] + part[close + 1 :]).strip()
            opened.pop()
        if part and part not in parts:
            parts.append(part)
        first = end + 1
    return parts or [name]


def _pattern(separator: str) -> str:
    """Return a pattern of a separator, with a run of any blanks for a blank."""
    # A run is tried from its beginning alone, or a long one would take its square.
    before = r"(?<!\s)\s+" if separator[0].isspace() else ""
    # A blank at the end is left to a separator that follows and begins with it.
    after = r"(?=\s)" if separator.lstrip()[-1:].isspace() else ""
    return before + r"\s+".join(map(re.escape, re.split(r"\s+", separator.strip()))) + after


def _unmatched(text: str, opening: str) -> int:
    """Return the place of the first closing bracket of this kind that the text does not open, or -1."""
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == opening) - (letter == _CLOSING[opening])
        if depth < 0:
            return place
    return -1
