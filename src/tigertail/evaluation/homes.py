"""Where items are at home, and where listeners live."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.evaluation.protocol import Trial

FEWEST: Final = 5  # listeners of known country below which an audience says nothing
MAJORITY: Final = 0.5

UNKNOWN: Final = ""


def listener_countries(trial: Trial) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    """Return the country of each training and of each held-out listener; "" where nobody knows."""
    return (
        _countries(trial.train.listeners, trial.interactions.listener_ids, c.LISTENER_ID),
        _countries(trial.held, trial.held[c.LISTENER_ID], c.LISTENER_ID),
    )


def item_homes(trial: Trial) -> NDArray[np.str_]:
    """Return the home country of each item; "" where nobody knows.

    The catalogue's word counts. Where it says nothing of any item, an item's home is the country in which the
    majority of its training listeners live, if there are at least five whose country is known.
    """
    items = trial.train.items
    if c.COUNTRY in items.columns and items[c.COUNTRY].null_count() < len(items):
        return _countries(items, trial.interactions.item_ids, c.ITEM_ID)
    lives, _ = listener_countries(trial)
    plays = trial.interactions.plays
    homes = np.full(plays.columns, UNKNOWN, dtype="<U2")
    where = lives[plays.row_of_entries()]
    known = where != UNKNOWN
    audience = np.bincount(plays.indices[known], minlength=plays.columns)
    for country in np.unique(where[known]):
        there = np.bincount(plays.indices[where == country], minlength=plays.columns)
        homes[(audience >= FEWEST) & (there > MAJORITY * audience)] = country
    return homes


def _countries(table: pl.DataFrame, ids: pl.Series, key: str) -> NDArray[np.str_]:
    if c.COUNTRY not in table.columns:
        return np.full(len(ids), UNKNOWN, dtype="<U2")
    found = pl.DataFrame({key: ids}).join(
        table.select(key, c.COUNTRY), on=key, how="left", maintain_order="left"
    )
    return found[c.COUNTRY].fill_null(UNKNOWN).to_numpy().astype("<U2")
