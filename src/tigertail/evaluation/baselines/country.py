"""Country popularity: the most popular items of the country where the query is over-represented most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from tigertail import columns as c
from tigertail.evaluation.recommender import Recommender
from tigertail.sparse import CSR
from tigertail.splitting.hold_out import Split


class CountryPopularity(Recommender):
    """Popularity among the listeners of the query's strongest country.

    With n_Ac the listeners of item A in country c, k_A those in any known country, n_A all of them, p_c the country's
    share of all listeners whose country is known, N all training listeners, and s the smoothing,

        excess(A, c) = (n_Ac - k_A p_c) / sqrt((k_A + s) p_c),    c* = the country of the largest excess
        aff(A -> B)  = n_Bc* + s n_B / N

    The excess is how far the query's listeners there exceed those expected, in standard deviations of a
    Poisson count; the smoothing keeps a handful of listeners from making a country. Without a country of
    positive excess, or without known countries, the affinity is n_B. The formula is new here;
    the idea of a country's mainstream beside the world's is that of Bauer and Schedl, "Global and
    country-specific mainstreaminess measures" (PLoS ONE 2019).
    """

    smoothing: float = Field(50.0, gt=0)
    """Listeners of the whole world mixed into each country's counts; in the excess, added to the query's."""

    @property
    def label(self) -> str:
        """Name of the system."""
        return "country popularity"

    def fit(self, split: Split) -> StrongestCountry:
        """Count the training listeners of every item in every country."""
        plays = split.interactions.plays
        country, countries = _countries(split)
        entry = country[plays.entry_rows()]
        known = entry >= 0
        cell = entry[known].astype(np.int64) * plays.shape[1] + plays.indices[known]
        cells, counts = np.unique(cell, return_counts=True)
        listeners = CSR.from_coo(
            cells // plays.shape[1], cells % plays.shape[1], counts, (countries, plays.shape[1])
        )
        sizes = np.bincount(country[country >= 0], minlength=countries)
        strongest = _strongest(listeners, sizes, self.smoothing)
        world = split.popularity / max(plays.shape[0], 1) * self.smoothing
        return StrongestCountry(listeners, strongest, split.popularity, world.astype(np.float32))


@dataclass(frozen=True, eq=False)
class StrongestCountry:
    """Affinity by number of listeners in the query's strongest country.

    Parameters
    ----------
    listeners
        Countries by items: listeners of an item in a country.
    strongest
        Country of each item, -1 for the world; int32, (items,).
    popularity
        Listeners of each item; int64, (items,).
    world
        Smoothed listeners of the whole world that each affinity has beside the country's, s n_B / N; float32, (items,).
    """

    listeners: CSR
    strongest: NDArray[np.int32]
    popularity: NDArray[np.int64]
    world: NDArray[np.float32]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Items with a listener."""
        return self.popularity > 0

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the affinity from each query to every item; float32, (queries, items)."""
        scores = np.tile(self.world, (len(queries), 1))
        for row, country in enumerate(self.strongest[queries]):
            if country < 0:
                scores[row] = self.popularity
            else:
                items, counts = self.listeners.row(country)
                scores[row, items] += counts
        scores[:, ~self.known] = -np.inf
        return scores


def _countries(split: Split) -> tuple[NDArray[np.int32], int]:
    """Return the country of each training listener, -1 where unknown, and the number of countries."""
    profiles = split.train.listeners
    if c.COUNTRY not in profiles.columns:
        return np.full(len(split.interactions.listeners.ids), -1, np.int32), 0
    # A table may list a listener twice; the first row counts.
    known = profiles.select(c.LISTENER_ID, c.COUNTRY).unique(c.LISTENER_ID, keep="first").drop_nulls()
    codes = known.select(pl.col(c.COUNTRY).unique().sort()).with_row_index("code")
    ids = pl.DataFrame({c.LISTENER_ID: split.interactions.listeners.ids})
    coded = ids.join(known.join(codes, on=c.COUNTRY), on=c.LISTENER_ID, how="left", maintain_order="left")
    return coded["code"].cast(pl.Int32).fill_null(-1).to_numpy(), len(codes)


def _strongest(counts: CSR, sizes: NDArray[np.int64], smoothing: float) -> NDArray[np.int32]:
    """Return the country of largest excess of each item, ties by smaller code; -1 where none is positive."""
    country, everybody = counts.entry_rows(), sizes.sum()
    there = counts.data.astype(np.float64)
    listeners = np.bincount(counts.indices, there, counts.shape[1])[counts.indices]
    # The share is written out, so that whole numbers are compared: an item that all play has an excess of 0.
    beyond = there * everybody - listeners * sizes[country]
    excess = beyond / np.sqrt((listeners + smoothing) * sizes[country] * everybody)
    order = np.lexsort((country, -excess, counts.indices))
    items, first = np.unique(counts.indices[order], return_index=True)
    best = order[first]
    strongest = np.full(counts.shape[1], -1, np.int32)
    strongest[items] = np.where(excess[best] > 0, country[best], -1)
    return strongest
