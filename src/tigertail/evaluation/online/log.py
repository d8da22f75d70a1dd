"""A log of events, put in order: one row for each item shown, and what its listener did with it.

A list is what one listener was shown at once for one query: the rows that share listener, list_id and query.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail.errors import DataError

IMPRESSION: Final = "impression"
ACTIONS: Final = ("play", "skip", "like", "dislike", "hide")
POSITIVE: Final = ("play", "like")
"""What says that an item was right, unless the same list and item were also disliked or hidden."""
NEGATIVE: Final = ("dislike", "hide")
NEEDED: Final = ("kind", "query", "item", "rank", "model", "list_id", "listener")
LIST: Final = ("listener", "list_id", "query")
"""Columns that name a list."""

_PLACE: Final = "place"


@dataclass(frozen=True, eq=False)
class Log:
    """Events in order.

    Parameters
    ----------
    shown
        One row for each item of each list, in the order in which lists arrived and then by rank: listener,
        list_id, query, item, rank (from 1), model, country (null where unknown), ``list`` (number of the list
        by order of arrival), a bool column for each action, ``right`` (played or liked, and neither disliked nor
        hidden) and ``wrong`` (disliked or hidden).
    events
        Events read.
    left_out
        Events that cannot be used, by reason.

    Examples
    --------
    Two items are shown, the second is played; somebody likes what the log never showed.

    >>> events = pl.DataFrame({
    ...     "kind": ["impression", "impression", "play", "like"],
    ...     "query": "a", "item": ["b", "c", "c", "d"], "rank": [1, 2, 2, 3],
    ...     "model": "v1", "list_id": "1", "listener": "me", "seq": [1, 2, 3, 4]})
    >>> log = Log.of(events)
    >>> log.shown.select("item", "rank", "right").rows()
    [('b', 1, False), ('c', 2, True)]
    >>> log.left_out
    {'an action on what the log does not show': 1}
    """

    shown: pl.DataFrame
    events: int
    left_out: dict[str, int]

    @classmethod
    def of(cls, events: pl.DataFrame) -> Self:
        """Put a table of events in order.

        Parameters
        ----------
        events
            Columns kind, query, item, rank, model, list_id, listener [, country, seq]; one row an event. Without
            ``seq`` rows are in the order of the events.

        Raises
        ------
        DataError
            If a column is missing, or nothing was shown.
        """
        events = _in_order(events)
        counts: dict[str, int] = {}
        whole = pl.all_horizontal(pl.col(name).is_not_null() for name in NEEDED) & (pl.col("rank") >= 1)
        usable = events.filter(whole.fill_null(False))
        _count(counts, "a column is empty, or rank is below 1", len(events) - len(usable))
        known = usable.filter(pl.col("kind").is_in([IMPRESSION, *ACTIONS]))
        _count(counts, "of an unknown kind", len(usable) - len(known))
        impressions = known.filter(pl.col("kind") == IMPRESSION)
        shown = impressions.unique([*LIST, "item"], keep="first", maintain_order=True)
        _count(counts, "an impression is there already (the first counts)", len(impressions) - len(shown))
        if shown.is_empty():
            raise DataError(
                "nothing was shown: the log has no impression",
                remedy="send one event of kind impression for each item of a shown list",
            )
        acted = _acted(known.filter(pl.col("kind") != IMPRESSION))
        found = acted.join(shown.select(*LIST, "item"), on=[*LIST, "item"], how="semi")
        _count(
            counts,
            "an action on what the log does not show",
            int(acted["actions"].sum()) - int(found["actions"].sum()),
        )
        return cls(_judged(shown, found), len(events), counts)

    @property
    def lists(self) -> int:
        """Number of lists shown."""
        return int(self.shown["list"].max()) + 1  # type: ignore[arg-type]

    @property
    def listeners(self) -> int:
        """Number of listeners."""
        return self.shown["listener"].n_unique()

    @property
    def models(self) -> list[str]:
        """Versions that put an item into a list, those of most items first."""
        counted = self.shown.group_by("model").len().sort(["len", "model"], descending=[True, False])
        return counted["model"].to_list()


def codes_of(ids: pl.Series) -> NDArray[np.int64]:
    """Return a code for each id, from 0 in the order of the ids; int64."""
    return (ids.rank("dense") - 1).cast(pl.Int64).to_numpy()


def _in_order(events: pl.DataFrame) -> pl.DataFrame:
    """Return the columns wanted, in the order of the events."""
    if missing := [name for name in NEEDED if name not in events.columns]:
        raise DataError(
            f"lacks the column {', '.join(missing)}",
            remedy=f"a table of events has {', '.join(NEEDED)} and, if you like, country and seq",
        )
    if "country" not in events.columns:
        events = events.with_columns(country=pl.lit(None, pl.String))
    if "seq" in events.columns:
        events = events.sort("seq", maintain_order=True)
    text = pl.col("kind", "query", "item", "model", "list_id", "listener", "country").cast(pl.String)
    return events.select(text, pl.col("rank").cast(pl.Int64, strict=False)).with_row_index(_PLACE)


def _acted(actions: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each list and item that something was done with."""
    did = [(pl.col("kind") == action).any().alias(action) for action in ACTIONS]
    return actions.group_by([*LIST, "item"]).agg(*did, pl.len().alias("actions"))


def _judged(shown: pl.DataFrame, acted: pl.DataFrame) -> pl.DataFrame:
    """Set what was done beside what was shown, and number the lists."""
    numbered = shown.group_by(LIST, maintain_order=True).agg(pl.len()).drop("len").with_row_index("list")
    rows = shown.join(acted.drop("actions"), on=[*LIST, "item"], how="left", maintain_order="left")
    rows = rows.join(numbered, on=LIST, how="left", maintain_order="left")
    wrong = pl.any_horizontal(*NEGATIVE)
    return (
        rows.with_columns(pl.col(ACTIONS).fill_null(False))
        .with_columns((pl.any_horizontal(*POSITIVE) & ~wrong).alias("right"), wrong.alias("wrong"))
        .sort("list", "rank", _PLACE)
        .drop(_PLACE, "kind")
    )


def _count(counts: dict[str, int], why: str, events: int) -> None:
    if events:
        counts[why] = events
