"""Changes: how the lists of one model differ from another's, to read before it takes the other's place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.full_names import full_names
from tigertail.errors import ConfigError
from tigertail.model.model import Model

KEPT: Final = "kept"
FIRST_KEPT: Final = "first_kept"
BEST_NEW: Final = "best_new_answer"
BEFORE: Final = "before"
AFTER: Final = "after"
LISTENERS_BEFORE: Final = "listeners_before"
LISTENERS_AFTER: Final = "listeners_after"


@dataclass(frozen=True, eq=False)
class Changes:
    """How lists and items change from one model to another.

    Parameters
    ----------
    lists
        A row for each item of both models that either has a list for, the best known in the newer one first: item_id,
        name (a track's or an album's follows its artist's), listeners and stratum in the newer model; before and after,
        how many answers its lists have; kept, the share of the answers before that are answers after, null where there
        was none; first_kept, whether the first answer is the same, null where either list is empty; best_new_answer,
        the name of the first answer that was none before, null where there is none; and listeners_before and
        listeners_after, the median listeners of the answers of each list, as its own model counts them.
    gained, lost
        Items of the newer model alone, and of the older one alone: item_id, name and listeners, the best known first.
    """

    lists: pl.DataFrame
    gained: pl.DataFrame
    lost: pl.DataFrame

    def by_stratum(self) -> pl.DataFrame:
        """Return the means over the lists of each stratum, in the order head, mid, tail, cold.

        Returns
        -------
        polars.DataFrame
            Columns stratum; lists, how many; kept and first_kept, shares; listeners_before and listeners_after, the
            medians of the lists' own.
        """
        return (
            self.lists.group_by(c.STRATUM)
            .agg(
                pl.len().alias("lists"),
                pl.col(KEPT, FIRST_KEPT).cast(pl.Float64).mean(),
                pl.col(LISTENERS_BEFORE, LISTENERS_AFTER).median(),
            )
            .sort(pl.col(c.STRATUM).replace_strict(c.STRATA, range(len(c.STRATA)), return_dtype=pl.Int8))
        )

    def most_changed(self) -> pl.DataFrame:
        """Return the rows of ``lists`` of which less than half of the answers is kept, the best known first."""
        return self.lists.filter(pl.col(KEPT) < 0.5)


def changes(old: Model, new: Model, top: int = 20) -> Changes:
    """Compare the lists that two models have for the same items, each with its own defaults.

    Parameters
    ----------
    old, new
        The models.
    top
        How many answers of each list count.

    Raises
    ------
    ConfigError
        If the models have no item in common.
    """
    items = {BEFORE: _named(old), AFTER: _named(new)}
    both = items[AFTER].join(items[BEFORE], on=c.ITEM_ID, how="semi", maintain_order="left")
    if both.is_empty():
        raise ConfigError(
            "the models have no item in common, so their lists cannot be compared",
            remedy="compare models of the same catalogue; an item is the same if its id is",
        )
    lists = {BEFORE: _lists(old, top), AFTER: _lists(new, top)}
    pair = [c.TARGET_ITEM_ID, c.ITEM_ID]
    kept = lists[BEFORE].join(lists[AFTER], on=pair, how="semi").group_by(c.TARGET_ITEM_ID).len(KEPT)
    fresh = lists[AFTER].join(lists[BEFORE], on=pair, how="anti", maintain_order="left")
    best_new = (
        fresh.join(items[AFTER].select(c.ITEM_ID, pl.col(c.NAME).alias(BEST_NEW)), on=c.ITEM_ID, how="left")
        .sort(c.RANK)
        .group_by(c.TARGET_ITEM_ID)
        .first()
        .select(c.TARGET_ITEM_ID, BEST_NEW)
    )
    table = both.rename({c.ITEM_ID: c.TARGET_ITEM_ID})
    for of_one in (
        _summary(lists[BEFORE], items[BEFORE], BEFORE),
        _summary(lists[AFTER], items[AFTER], AFTER),
        kept,
        best_new,
    ):
        table = table.join(of_one, on=c.TARGET_ITEM_ID, how="left", maintain_order="left")
    first_before, first_after = (pl.col(f"first_{which}") for which in (BEFORE, AFTER))
    table = table.with_columns(pl.col(BEFORE, AFTER, KEPT).fill_null(0)).with_columns(
        pl.when(pl.col(BEFORE) > 0).then(pl.col(KEPT) / pl.col(BEFORE)).alias(KEPT),
        (first_before == first_after).alias(FIRST_KEPT),
    )
    columns = [c.ITEM_ID, c.NAME, c.LISTENERS, c.STRATUM, BEFORE, AFTER, KEPT, FIRST_KEPT, BEST_NEW]
    return Changes(
        table.rename({c.TARGET_ITEM_ID: c.ITEM_ID})
        .filter((pl.col(BEFORE) > 0) | (pl.col(AFTER) > 0))
        .select(*columns, LISTENERS_BEFORE, LISTENERS_AFTER),
        *(
            mine.join(other, on=c.ITEM_ID, how="anti", maintain_order="left").drop(c.STRATUM)
            for mine, other in ((items[AFTER], items[BEFORE]), (items[BEFORE], items[AFTER]))
        ),
    )


def _named(model: Model) -> pl.DataFrame:
    """Return the items with their full names, the best known first."""
    items = model.items
    return (
        items.with_columns(full_names(items))
        .select(c.ITEM_ID, c.NAME, c.LISTENERS, c.STRATUM)
        .sort(c.LISTENERS, descending=True, maintain_order=True)
    )


def _lists(model: Model, top: int) -> pl.DataFrame:
    return model.answer_many(None, top).table().drop(c.SCORE)


def _summary(lists: pl.DataFrame, items: pl.DataFrame, which: str) -> pl.DataFrame:
    """Return of each list its length, its first answer and the median listeners of its answers."""
    known = lists.join(items.select(c.ITEM_ID, c.LISTENERS), on=c.ITEM_ID, how="left")
    return known.group_by(c.TARGET_ITEM_ID).agg(
        pl.len().alias(which),
        pl.col(c.ITEM_ID).sort_by(c.RANK).first().alias(f"first_{which}"),
        pl.col(c.LISTENERS).median().alias(f"{c.LISTENERS}_{which}"),
    )
