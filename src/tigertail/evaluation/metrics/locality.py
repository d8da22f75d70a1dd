"""Countries of items and of listeners."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.sparse import CSR
from tigertail.splitting.hold_out import Split

# Of item_countries.
MIN_AUDIENCE: Final = 5  # listeners of known country that an item needs: fewer may be chance
MAJORITY: Final = 0.5

# Of local_by_listening.
MIN_RATIO: Final = 4.0  # an item is local where it is played this many times as often as elsewhere
MIN_LOCAL_LISTENERS: Final = 10  # fewer may be chance

UNKNOWN: Final = ""


def listener_countries(split: Split) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    """Return the country of each training and of each held-out listener; "" where unknown."""
    return (
        _countries(split.train.listeners, split.interactions.listeners.ids, c.LISTENER_ID),
        _countries(split.profiles, split.profiles[c.LISTENER_ID], c.LISTENER_ID),
    )


def item_countries(split: Split) -> NDArray[np.str_]:
    """Return the country of each item; "" where unknown.

    It is the country in the catalogue. If the catalogue has no country for any item, it is the country in which the
    majority of the item's training listeners live, if at least five have a known country.
    """
    items = split.train.items
    if c.COUNTRY in items.columns and items[c.COUNTRY].null_count() < len(items):
        return _countries(items, split.interactions.items.ids, c.ITEM_ID)
    listener_country, _ = listener_countries(split)
    plays = split.interactions.plays
    item_country = np.full(plays.shape[1], UNKNOWN, dtype="<U2")
    where = listener_country[plays.entry_rows()]
    known = where != UNKNOWN
    audience = np.bincount(plays.indices[known], minlength=plays.shape[1])
    for country in np.unique(where[known]):
        there = np.bincount(plays.indices[where == country], minlength=plays.shape[1])
        item_country[(audience >= MIN_AUDIENCE) & (there > MAJORITY * audience)] = country
    return item_country


def local_by_listening(plays: CSR, listener_place: NDArray[np.str_]) -> NDArray[np.str_]:
    """Return the place each item is local to, by its listeners; "" for none.

    An item is local to a place where at least ten listeners play it, and where a listener is at least four times as
    likely to play it as a listener elsewhere, where one more counts as playing it; of several places, to that of the
    largest ratio. The majority, by which :func:`item_countries` guesses where an item is from, is easy to reach in a
    large country and impossible in a small one.

    Parameters
    ----------
    plays
        Listeners by items.
    listener_place
        Place of each listener; "" where unknown: such listeners do not count.

    Examples
    --------
    Of 20 Poles and 80 Germans, 12 and 3 play the first item, 12 and 48 the second: as often there as elsewhere.

    >>> rows = [*range(12), 20, 21, 22, *range(12), *range(20, 68)]
    >>> plays = CSR.from_coo(rows, [0] * 15 + [1] * 60, [1] * 75, shape=(100, 2))
    >>> local_by_listening(plays, np.repeat(["PL", "DE"], [20, 80])).tolist()
    ['PL', '']
    """
    known = np.flatnonzero(listener_place != UNKNOWN)
    listeners = np.bincount(plays.select_rows(known).indices, minlength=plays.shape[1])
    local = np.full(plays.shape[1], UNKNOWN, dtype=listener_place.dtype)
    best = np.zeros(plays.shape[1])
    for place in np.unique(listener_place[listener_place != UNKNOWN]):
        residents = np.flatnonzero(listener_place == place)
        there = np.bincount(plays.select_rows(residents).indices, minlength=plays.shape[1])
        # One more listener elsewhere, so that an item played nowhere else has a finite ratio.
        elsewhere = (listeners - there + 1) / max(len(known) - len(residents), 1)
        ratio = there / len(residents) / elsewhere
        found = (there >= MIN_LOCAL_LISTENERS) & (ratio >= MIN_RATIO) & (ratio > best)
        local[found], best[found] = place, ratio[found]
    return local


def _countries(table: pl.DataFrame, ids: pl.Series, key: str) -> NDArray[np.str_]:
    if c.COUNTRY not in table.columns:
        return np.full(len(ids), UNKNOWN, dtype="<U2")
    countries = table.select(key, c.COUNTRY).unique(key, keep="first")
    found = pl.DataFrame({key: ids}).join(countries, on=key, how="left", maintain_order="left")
    return found[c.COUNTRY].fill_null(UNKNOWN).to_numpy().astype("<U2")
