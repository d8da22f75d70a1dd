"""A log of events as a table: one row for each item shown, with the actions of the listener.

A list is what one listener was shown at once for one query: the rows with the same listener, list_id and query.
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
"""Actions that make an item positive, unless the listener also disliked or hid it in the same list."""
NEGATIVE: Final = ("dislike", "hide")
NEEDED: Final = ("kind", "query", "item", "rank", "model", "list_id", "listener")
LIST: Final = ("listener", "list_id", "query")
"""Columns that identify a list."""

_PLACE: Final = "place"


@dataclass(frozen=True, eq=False)
class Log:
    """Events in order.

    Parameters
    ----------
    shown
        One row for each item of each list, in the order of arrival of lists and then by rank: listener,
        list_id, query, item, rank (from 1), model, country (null where unknown), ``list`` (number of the list
        by order of arrival), a bool column for each action, ``positive`` (played or liked, and neither disliked nor
        hidden) and ``negative`` (disliked or hidden).
    events
        Events read.
    left_out
        Events that cannot be used, by reason.

    Examples
    --------
    Two items are shown, the second is played; a third item is liked without an impression.

    >>> events = pl.DataFrame({
    ...     "kind": ["impression", "impression", "play", "like"],
    ...     "query": "a", "item": ["b", "c", "c", "d"], "rank": [1, 2, 2, 3],
    ...     "model": "v1", "list_id": "1", "listener": "me", "seq": [1, 2, 3, 4]})
    >>> log = Log.of(events)
    >>> log.shown.select("item", "rank", "positive").rows()
    [('b', 1, False), ('c', 2, True)]
    >>> log.left_out
    {'an action without an impression': 1}
    """

    shown: pl.DataFrame
    events: int
    left_out: dict[str, int]

    @classmethod
    def of(cls, events: pl.DataFrame) -> Self:
        """Build the log from a table of events.

        Parameters
        ----------
        events
            Columns kind, query, item, rank, model, list_id, listener [, country, seq]; one row per event. Numbers may
            be text. Without ``seq`` rows are in the order of the events.

        Raises
        ------
        DataError
            If a column is missing, there is no impression, or a ``seq`` is no whole number.
        """
        events = _in_order(events)
        counts: dict[str, int] = {}
        whole = pl.all_horizontal(pl.col(name).is_not_null() for name in NEEDED) & (pl.col("rank") >= 1)
        usable = events.filter(whole.fill_null(False))
        _count(counts, "a column is empty, or rank is no whole number from 1 up", len(events) - len(usable))
        known = usable.filter(pl.col("kind").is_in([IMPRESSION, *ACTIONS]))
        _count(counts, "of an unknown kind", len(usable) - len(known))
        impressions = known.filter(pl.col("kind") == IMPRESSION)
        shown = impressions.unique([*LIST, "item"], keep="first", maintain_order=True)
        _count(counts, "a duplicate impression (the first counts)", len(impressions) - len(shown))
        if shown.is_empty():
            raise DataError(
                "the log has no impression",
                remedy="send one event of kind impression for each item of a shown list",
            )
        acted = _acted(known.filter(pl.col("kind") != IMPRESSION))
        found = acted.join(shown.select(*LIST, "item"), on=[*LIST, "item"], how="semi")
        _count(
            counts,
            "an action without an impression",
            int(acted["actions"].sum()) - int(found["actions"].sum()),
        )
        return cls(_with_actions(shown, found), len(events), counts)

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
        """Versions of models with an item in a list, those with the most items first."""
        counted = self.shown.group_by("model").len().sort(["len", "model"], descending=[True, False])
        return counted["model"].to_list()


def codes_of(ids: pl.Series) -> NDArray[np.int64]:
    """Return a code for each id, from 0 in the order of the sorted ids; int64."""
    return (ids.rank("dense") - 1).cast(pl.Int64).to_numpy()


def whole_numbers(column: str) -> pl.Expr:
    """Return a column of numbers, which may be text, as Int64; null where a number is not whole."""
    exact = pl.col(column).cast(pl.Int64, strict=False)  # a large one is not a float
    number = pl.col(column).cast(pl.Float64, strict=False)
    return pl.when(number == number.floor()).then(pl.coalesce(exact, number.cast(pl.Int64, strict=False)))


def _in_order(events: pl.DataFrame) -> pl.DataFrame:
    """Return the columns needed, in the order of the events."""
    if missing := [name for name in NEEDED if name not in events.columns]:
        raise DataError(
            f"lacks the column {', '.join(missing)}",
            remedy=f"a table of events has {', '.join(NEEDED)}; country and seq are optional",
        )
    if "country" not in events.columns:
        events = events.with_columns(country=pl.lit(None, pl.String))
    if "seq" in events.columns:
        number = whole_numbers("seq")
        if wrong := events.filter(number.is_null()).height:
            raise DataError(
                f"seq is no whole number in {wrong:,} of {len(events):,} events",
                remedy="number the events in their order, or leave the column out if the rows are in it",
            )
        events = events.sort(number, maintain_order=True)
    text = pl.col("kind", "query", "item", "model", "list_id", "listener", "country").cast(pl.String)
    return events.select(text, whole_numbers("rank")).with_row_index(_PLACE)


def _acted(actions: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each list and item with an action."""
    did = [(pl.col("kind") == action).any().alias(action) for action in ACTIONS]
    return actions.group_by([*LIST, "item"]).agg(*did, pl.len().alias("actions"))


def _with_actions(shown: pl.DataFrame, acted: pl.DataFrame) -> pl.DataFrame:
    """Join actions to the items shown, and number the lists."""
    numbered = shown.group_by(LIST, maintain_order=True).agg(pl.len()).drop("len").with_row_index("list")
    rows = shown.join(acted.drop("actions"), on=[*LIST, "item"], how="left", maintain_order="left")
    rows = rows.join(numbered, on=LIST, how="left", maintain_order="left")
    negative = pl.any_horizontal(*NEGATIVE)
    return (
        rows.with_columns(pl.col(ACTIONS).fill_null(False))
        .with_columns(
            (pl.any_horizontal(*POSITIVE) & ~negative).alias("positive"), negative.alias("negative")
        )
        .sort("list", "rank", _PLACE)
        .drop(_PLACE, "kind")
    )


def _count(counts: dict[str, int], why: str, events: int) -> None:
    if events:
        counts[why] = events
