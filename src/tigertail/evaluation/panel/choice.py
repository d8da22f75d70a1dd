"""Which artists the panel is asked about: a rule that sees the dataset alone, and no list."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.dataset.strata import COLD, HEAD, MID, TAIL, Stratum, strata
from tigertail.errors import DataError

SLOTS: Final[Mapping[Stratum, int]] = {HEAD: 6, MID: 9, TAIL: 12, COLD: 3}
"""Artists of each stratum: most from the tail, which Tigertail is made for."""

COUNTRIES: Final = 20
"""Countries that stand in line, at most."""


def choose(
    dataset: Dataset, *, slots: Mapping[Stratum, int] = SLOTS, countries: int = COUNTRIES
) -> pl.DataFrame:
    """Choose the queries of the panel.

    1. The countries with most artists that have a listener stand in line, ties by code.
    2. For each place of the head, then of the mid, the tail and the cold stratum, the first country in line that has
       an artist of the stratum left gives one and goes to the end of the line.
    3. It gives the artist of the median pair of listener and artist: of those it has left there, sorted by listeners
       from the most down, ties by id, the first that reaches half of their listeners. Strata are shares of
       listening too; the median artist of a tail has one listener. Without any listener it is the artist in the middle.

    Parameters
    ----------
    dataset
        Artists without a country are left out; those that no answer lists (:mod:`tigertail.dataset.unlisted`) are not.
    slots
        Places of each stratum.
    countries
        Countries that stand in line, at most.

    Returns
    -------
    pl.DataFrame
        Columns stratum, country, item_id, name, listeners; in the order of the choice.

    Raises
    ------
    DataError
        If the items have no countries, or the countries in line too few artists of a stratum.
    """
    artists = _artists(dataset)
    sizes = artists.filter(pl.col(c.LISTENERS) > 0).group_by(c.COUNTRY).len()
    line = sizes.sort(-pl.col("len").cast(pl.Int64), c.COUNTRY)[c.COUNTRY].head(countries).to_list()
    left = {
        there: group.sort(-pl.col(c.LISTENERS), c.ITEM_ID).rows(named=True)
        for there, group in artists.group_by(c.COUNTRY, c.STRATUM)
    }
    chosen = []
    for stratum in Stratum:
        for place in range(slots.get(stratum, 0)):
            country = next((each for each in line if left.get((each, stratum.label))), None)
            if country is None:
                raise DataError(
                    f"of the stratum '{stratum.label}' {slots[stratum]} artists are needed: the {len(line)} countries "
                    f"with most artists that have a listener have {place}",
                    path=dataset.path,
                    remedy="take a dataset with more such artists, or add a source of countries: "
                    "a table of items with the column country",
                )
            line.remove(country)
            line.append(country)
            group = left[country, stratum.label]
            chosen.append(group.pop(_middle([artist[c.LISTENERS] for artist in group])))
    return pl.DataFrame(chosen, schema=artists.schema)


def _middle(listeners: Sequence[int]) -> int:
    """Return the place at which half of the listeners is reached; the middle place where there are none.

    Examples
    --------
    >>> _middle([10, 3, 3, 2, 1]), _middle([6, 4, 3, 1]), _middle([0, 0, 0, 0])
    (0, 1, 1)
    """
    weights = listeners if any(listeners) else [1] * len(listeners)
    return bisect_left(list(accumulate(weights)), sum(weights) / 2)


def _artists(dataset: Dataset) -> pl.DataFrame:
    """Return the artists of a known country, with their stratum and number of listeners."""
    if c.COUNTRY not in dataset.items.columns:
        raise DataError(
            "the artists have no countries",
            path=dataset.path,
            remedy="add a source of countries: a table of items with the column country",
        )
    interactions = Interactions.of(dataset)
    labels = [Stratum(code).label for code in strata(interactions.item_listeners)]
    counted = pl.DataFrame(
        {c.ITEM_ID: interactions.items.ids, c.STRATUM: labels, c.LISTENERS: interactions.item_listeners}
    )
    known = dataset.items.unique(c.ITEM_ID, keep="first").filter(
        pl.col(c.KIND) == c.ARTIST, pl.col(c.COUNTRY).is_not_null()
    )
    return known.join(counted, on=c.ITEM_ID).select(c.STRATUM, c.COUNTRY, c.ITEM_ID, c.NAME, c.LISTENERS)
