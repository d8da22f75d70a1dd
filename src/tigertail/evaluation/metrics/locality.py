"""Where items are at home, and where listeners live."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.sparse import CSR
from tigertail.splitting.hold_out import Split

FEWEST: Final = 5  # listeners of known country below which an audience says nothing
MAJORITY: Final = 0.5

OFTEN: Final = 4.0  # times as often as elsewhere an item is played where it is local
FEWEST_THERE: Final = 10  # listeners there below which it is local by chance

UNKNOWN: Final = ""


def listener_countries(trial: Split) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    """Return the country of each training and of each held-out listener; "" where nobody knows."""
    return (
        _countries(trial.train.listeners, trial.interactions.listener_ids, c.LISTENER_ID),
        _countries(trial.held, trial.held[c.LISTENER_ID], c.LISTENER_ID),
    )


def item_homes(trial: Split) -> NDArray[np.str_]:
    """Return the home country of each item; "" where nobody knows.

    The catalogue's word counts. Where it says nothing of any item, an item's home is the country in which the
    majority of its training listeners live, if there are at least five whose country is known.
    """
    items = trial.train.items
    if c.COUNTRY in items.columns and items[c.COUNTRY].null_count() < len(items):
        return _countries(items, trial.interactions.item_ids, c.ITEM_ID)
    lives, _ = listener_countries(trial)
    plays = trial.interactions.plays
    homes = np.full(plays.shape[1], UNKNOWN, dtype="<U2")
    where = lives[plays.entry_rows()]
    known = where != UNKNOWN
    audience = np.bincount(plays.indices[known], minlength=plays.shape[1])
    for country in np.unique(where[known]):
        there = np.bincount(plays.indices[where == country], minlength=plays.shape[1])
        homes[(audience >= FEWEST) & (there > MAJORITY * audience)] = country
    return homes


def local_by_listening(plays: CSR, lives: NDArray[np.str_]) -> NDArray[np.str_]:
    """Return the place each item is local to, going by who plays it; "" for none.

    An item is local where a listener is at least four times as likely to play it as one who lives elsewhere, if
    ten do; where several places qualify, to that of the largest ratio. A majority, which :func:`item_homes` asks for,
    is easily had in a country of many listeners and never in one of few.

    Parameters
    ----------
    plays
        Listeners by items.
    lives
        Place of each listener; "" where nobody knows, who do not count.

    Examples
    --------
    Of 20 Poles and 80 Germans, 12 and 3 play the first item, 12 and 48 the second: as often there as elsewhere.

    >>> rows = [*range(12), 20, 21, 22, *range(12), *range(20, 68)]
    >>> plays = CSR.from_coo(rows, [0] * 15 + [1] * 60, [1] * 75, shape=(100, 2))
    >>> local_by_listening(plays, np.repeat(["PL", "DE"], [20, 80])).tolist()
    ['PL', '']
    """
    known = np.flatnonzero(lives != UNKNOWN)
    listeners = np.bincount(plays.select_rows(known).indices, minlength=plays.shape[1])
    local = np.full(plays.shape[1], UNKNOWN, dtype=lives.dtype)
    best = np.zeros(plays.shape[1])
    for place in np.unique(lives[lives != UNKNOWN]):
        residents = np.flatnonzero(lives == place)
        there = np.bincount(plays.select_rows(residents).indices, minlength=plays.shape[1])
        # One listener more elsewhere, so that what is played nowhere else has a ratio too.
        elsewhere = (listeners - there + 1) / max(len(known) - len(residents), 1)
        ratio = there / len(residents) / elsewhere
        found = (there >= FEWEST_THERE) & (ratio >= OFTEN) & (ratio > best)
        local[found], best[found] = place, ratio[found]
    return local


def _countries(table: pl.DataFrame, ids: pl.Series, key: str) -> NDArray[np.str_]:
    if c.COUNTRY not in table.columns:
        return np.full(len(ids), UNKNOWN, dtype="<U2")
    found = pl.DataFrame({key: ids}).join(
        table.select(key, c.COUNTRY), on=key, how="left", maintain_order="left"
    )
    return found[c.COUNTRY].fill_null(UNKNOWN).to_numpy().astype("<U2")
