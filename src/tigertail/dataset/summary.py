"""A summary of a dataset in numbers."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from tigertail import columns as c
from tigertail.dataset.coverage import TableCoverage, coverage
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import COUNTED, interaction_counts
from tigertail.dataset.strata import Stratum, strata
from tigertail.dataset.summary_sources import SourceSize, source_sizes
from tigertail.errors import DataError

QUANTILES: Final = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1.0)
FIT_LISTENERS: Final = 5  # items with fewer are mostly noise
FIT_POINTS: Final = 50


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CountryShare(_Facts):
    """How many of the listeners with a profile live in a country; some may have no plays.

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2; None if it is unknown.
    listeners
        How many.
    share
        Of all listeners with a profile.
    """

    country: str | None
    listeners: int
    share: float


class StratumSize(_Facts):
    """Size of a stratum in items and interactions.

    Parameters
    ----------
    stratum
        Its name.
    items
        How many.
    interactions
        Pairs of listener and item.
    share
        Of all interactions.
    min_listeners, max_listeners
        Listeners of its least and most popular item.
    """

    stratum: str
    items: int
    interactions: int
    share: float
    min_listeners: int
    max_listeners: int


class Description(_Facts):
    """A summary of a dataset; ``model_dump_json`` renders it for machines.

    Parameters
    ----------
    name, simulated, fingerprint
        As the dataset's manifest has them.
    tables
        Rows of each table.
    listeners
        Listeners who played something.
    items
        Items of each kind in the catalogue, with or without listeners.
    interactions
        Pairs of listener and item, but for those of the lowest rating (see
        :func:`tigertail.dataset.played_pairs.amount_of`).
    plays
        Sum of all play counts.
    density
        Interactions over listeners times items, those in the catalogue or in the plays.
    items_per_listener, listeners_per_item
        Mean number, over those that have any.
    items_per_listener_quantiles, listeners_per_item_quantiles
        The same at each of :data:`QUANTILES`.
    zipf_exponent
        ``-b`` in ``log listeners = a + b log rank``, by least squares over ranks evenly spaced on the logarithmic
        axis, from the most popular item to the last one with :data:`FIT_LISTENERS` listeners. None where fewer
        than three items have as many.
    countries
        Listeners by country, most first, unknown countries last.
    sources
        What listeners of each source could hear; empty where the dataset names no source.
    strata
        Head, mid, tail and cold (see :func:`tigertail.dataset.strata.strata`) of the items in the catalogue or in
        the plays.
    coverage
        How many items each table besides the plays covers.
    """

    name: str
    simulated: bool
    fingerprint: str
    tables: dict[str, int]
    listeners: int
    items: dict[str, int]
    interactions: int
    plays: float
    density: float
    items_per_listener: float
    items_per_listener_quantiles: dict[float, float]
    listeners_per_item: float
    listeners_per_item_quantiles: dict[float, float]
    zipf_exponent: float | None
    countries: tuple[CountryShare, ...]
    sources: tuple[SourceSize, ...]
    strata: tuple[StratumSize, ...]
    coverage: tuple[TableCoverage, ...]


def describe(dataset: Dataset) -> Description:
    """Summarise a dataset.

    Parameters
    ----------
    dataset
        Any dataset.

    Returns
    -------
    Description
        Its counts and shares.

    Raises
    ------
    DataError
        If it has no interaction.
    """
    kinds = dataset.items.group_by(c.KIND).len().sort("len", c.KIND, descending=[True, False])
    of_listeners = _counts(dataset)
    listened = of_listeners[of_listeners > 0]
    popularity = listeners_per_item(dataset)
    interactions = int(listened.sum())
    if not interactions:
        raise DataError("not one play counts", path=dataset.path, remedy="look at plays and ratings")
    return Description(
        name=dataset.name,
        simulated=dataset.simulated,
        fingerprint=dataset.fingerprint,
        tables=dict(dataset.manifest["tables"]),
        listeners=of_listeners.size,
        items=dict(kinds.iter_rows()),
        interactions=interactions,
        plays=_plays(dataset),
        density=interactions / (of_listeners.size * popularity.size),
        items_per_listener=float(listened.mean()),
        items_per_listener_quantiles=_quantiles(listened),
        listeners_per_item=float(popularity[popularity > 0].mean()),
        listeners_per_item_quantiles=_quantiles(popularity[popularity > 0]),
        zipf_exponent=zipf_exponent(popularity),
        countries=_countries(dataset),
        sources=source_sizes(dataset),
        strata=_strata(popularity),
        coverage=coverage(dataset),
    )


def top_countries(facts: Description, limit: int) -> list[tuple[str, int, float]]:
    """Return label, listeners and share of the largest countries, then of the others and the unknown."""
    known = [row for row in facts.countries if row.country is not None]
    rows = [(row.country or "", row.listeners, row.share) for row in known[:limit]]
    if others := known[limit:]:
        label = f"{len(others)} other{'s' if len(others) > 1 else ''}"
        rows.append((label, sum(row.listeners for row in others), sum(row.share for row in others)))
    rows += [("unknown", row.listeners, row.share) for row in facts.countries if row.country is None]
    return rows


def listeners_per_item(dataset: Dataset) -> NDArray[np.int64]:
    """Return the number of listeners of every item in the catalogue or in the plays, most first."""
    counts = interaction_counts(dataset, c.ITEM_ID)
    unheard = dataset.items.join(counts, on=c.ITEM_ID, how="anti").height
    return np.sort(np.pad(counts[COUNTED].to_numpy(), (0, unheard)))[::-1]


def items_per_listener(dataset: Dataset) -> NDArray[np.int64]:
    """Return the number of items of every listener who has any, most first."""
    counts = _counts(dataset)
    return np.sort(counts[counts > 0])[::-1]


def zipf_exponent(popularity: NDArray[np.int64]) -> float | None:
    """Fit how steeply popularity falls with rank (see :class:`Description`).

    Parameters
    ----------
    popularity
        Listeners of each item, most first.

    Returns
    -------
    float or None
        The exponent: 1 for Zipf's law.

    Examples
    --------
    >>> zipf = 10_000 // np.arange(1, 1_000)
    >>> f"{zipf_exponent(zipf):.2f}"
    '1.00'
    """
    fitted = popularity[popularity >= FIT_LISTENERS]
    if fitted.size < 3:
        return None
    rank = np.unique(np.geomspace(1, fitted.size, FIT_POINTS).astype(np.int64))
    slope = np.polyfit(np.log(rank), np.log(fitted[rank - 1]), 1)[0]
    return -float(slope)


def _plays(dataset: Dataset) -> float:
    with dataset.reading(c.PLAYS_TABLE):
        plays = dataset.scan(c.PLAYS_TABLE).select(pl.col(c.PLAYS).cast(pl.Float64).sum()).collect()
    return float(plays.item())


def _counts(dataset: Dataset) -> NDArray[np.int64]:
    """Return the interactions of each listener who has plays."""
    counts: NDArray[np.int64] = interaction_counts(dataset, c.LISTENER_ID)[COUNTED].to_numpy()
    return counts


def _quantiles(values: NDArray[np.int64]) -> dict[float, float]:
    return {level: float(np.quantile(values, level)) for level in QUANTILES}


def _countries(dataset: Dataset) -> tuple[CountryShare, ...]:
    people = dataset.listeners
    if c.COUNTRY not in people.columns:
        people = people.with_columns(pl.lit(None, dtype=pl.String).alias(c.COUNTRY))
    counted = people.group_by(c.COUNTRY).len()
    ordered = counted.sort(pl.col(c.COUNTRY).is_null(), -pl.col("len").cast(pl.Int64), c.COUNTRY)
    return tuple(
        CountryShare(country=country, listeners=count, share=count / people.height)
        for country, count in ordered.iter_rows()
    )


def _strata(popularity: NDArray[np.int64]) -> tuple[StratumSize, ...]:
    codes = strata(popularity)
    sizes = []
    for stratum in Stratum:
        own = popularity[codes == stratum]
        sizes.append(
            StratumSize(
                stratum=stratum.label,
                items=own.size,
                interactions=int(own.sum()),
                share=float(own.sum() / popularity.sum()),
                min_listeners=int(own[-1]) if own.size else 0,
                max_listeners=int(own[0]) if own.size else 0,
            )
        )
    return tuple(sizes)
