"""What a model answers: items by their codes, which become a table for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.full_names import full_name
from tigertail.model.explanation import WHY, Reasons, format_reasons
from tigertail.model.html import table_html

_NAMED: Final = 3  # seeds in a caption at most


@dataclass(frozen=True, eq=False)
class Answers:
    """The items that a model recommends after some items.

    Parameters
    ----------
    item_table
        The model's items.
    seeds
        Codes of the items of the query: for a listener those of the history, on a path its ends; int32, (seeds,).
    items
        Codes of the answers, best first; int32, (answers,).
    affinities
        Their affinities; for a listener their scores, on a path their nearness (:class:`Playlist`); float32,
        (answers,).
    notices
        What a person should know of them.
    why
        Why each is listed, where the query asks for it.
    caption
        What stands above the table in a notebook, with ``{}`` for the seeds.
    """

    item_table: pl.DataFrame = field(repr=False)
    seeds: NDArray[np.int32]
    items: NDArray[np.int32]
    affinities: NDArray[np.float32]
    notices: tuple[str, ...] = ()
    why: Reasons | None = None
    caption: str = "After {}"

    def table(self) -> pl.DataFrame:
        """Return them as the table that :meth:`tigertail.model.model.Model.similar` describes."""
        by_artist = (c.ARTIST_NAME,) if c.ARTIST_NAME in self.item_table.columns else ()
        shown = (c.ITEM_ID, c.NAME, *by_artist, c.LISTENERS, c.STRATUM)
        # Column by column, and by a Series of codes: rows of a frame wake threads, expressions are parsed, and arrays
        # of codes are checked; each would cost more than the answer.
        codes = pl.Series(self.items.astype(np.uint32))
        columns = [self.item_table.get_column(name)[codes] for name in shown]
        columns.insert(0, pl.Series(c.RANK, np.arange(1, len(self.items) + 1, dtype=np.int32)))
        columns.insert(len(columns) - 2, pl.Series(c.SCORE, self.affinities))
        if self.why is not None:
            columns.append(self.why.column())
        return pl.DataFrame(columns)

    def _repr_html_(self) -> str:
        table = self.table()
        if self.why is not None:
            words = [format_reasons(one).replace("\n", "; ") for one in self.why.rows]
            table = table.with_columns(pl.Series(WHY, words, pl.String))
        return table_html(table, self.caption.format(self._seeds()))

    def _seeds(self) -> str:
        """Return the names of the seeds; of many, the first two and how many others there are."""
        shown = self.seeds if len(self.seeds) <= _NAMED else self.seeds[: _NAMED - 1]
        names = [full_name(self.item_table.row(code, named=True)) for code in shown.tolist()]
        if others := len(self.seeds) - len(names):
            names.append(f"{others:,} others")
        return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


@dataclass(frozen=True, eq=False)
class BulkAnswers:
    """The items that a model recommends after each of many items.

    Parameters
    ----------
    item_table
        The model's items.
    queries
        Codes of the items asked about, one per row; int32, (rows,).
    items
        Codes of the answers, best first for each query; int32, (rows,).
    affinities
        Their affinities; float32, (rows,).
    ranks
        Their ranks, from 1; int32, (rows,).
    notices
        What a person should know of them.
    """

    item_table: pl.DataFrame = field(repr=False)
    queries: NDArray[np.int32]
    items: NDArray[np.int32]
    affinities: NDArray[np.float32]
    ranks: NDArray[np.int32]
    notices: tuple[str, ...] = ()

    def table(self, *, names: bool = False) -> pl.DataFrame:
        """Return them as the table that :meth:`tigertail.model.model.Model.neighbours` describes."""
        ids, titles = self.item_table[c.ITEM_ID], self.item_table[c.NAME]
        lists = {
            c.TARGET_ITEM_ID: ids.gather(self.queries),
            c.ITEM_ID: ids.gather(self.items),
            c.SCORE: self.affinities,
            c.RANK: self.ranks,
        }
        if names:
            lists |= {c.TARGET_NAME: titles.gather(self.queries), c.NAME: titles.gather(self.items)}
        if names and c.ARTIST_NAME in self.item_table.columns:
            artists = self.item_table[c.ARTIST_NAME]
            lists |= {
                c.TARGET_ARTIST_NAME: artists.gather(self.queries),
                c.ARTIST_NAME: artists.gather(self.items),
            }
        return pl.DataFrame(lists)

    def _repr_html_(self) -> str:
        answered = len(np.unique(self.queries))
        items = "item" if answered == 1 else "items"
        return table_html(self.table(names=True), f"Answers after {answered:,} {items}")


class Playlist(NamedTuple):
    """Items to play one after the other.

    Parameters
    ----------
    items
        Their codes, in order; int32, (items,).
    nearness
        How near each is; float32, (items,). On radio its affinity after the seeds. On a path, B after A: aff(A -> B) as
        a share of A's best affinity; where A does not list B, aff(B -> A) as a share of B's best; where neither lists
        the other, :data:`tigertail.model.path.ABSENT`. The first item of a path has 1.
    notices
        What a person should know of them.
    """

    items: NDArray[np.int32]
    nearness: NDArray[np.float32]
    notices: tuple[str, ...]
