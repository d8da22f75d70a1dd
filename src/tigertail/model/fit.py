"""Fitting a model: from a dataset to signals that can be asked."""

from __future__ import annotations

import polars as pl

from tigertail import columns as c
from tigertail.data.dataset import Dataset
from tigertail.data.interactions import Interactions
from tigertail.data.names import fold_series
from tigertail.data.strata import Stratum, strata
from tigertail.errors import DataError
from tigertail.factorization import Factors, fit_als
from tigertail.factorization.confidence import confidence
from tigertail.model.config import ModelConfig
from tigertail.model.model import CO_LISTENING, FACTORS, LISTENING, Model, Provenance
from tigertail.progress import progress
from tigertail.signals.co_listening import CoListening, fit_co_listening
from tigertail.signals.contract import Signal
from tigertail.signals.factors import FactorAffinity
from tigertail.signals.local import Listening, fit_listening, group_listeners
from tigertail.threads import limited


def fit(dataset: Dataset, config: ModelConfig | None = None, *, threads: int | None = None) -> Model:
    """Fit a model to a dataset.

    Parameters
    ----------
    dataset
        What to learn from.
    config
        Settings; None means the defaults.
    threads
        Threads to use; None means all. The model is the same for any number.

    Raises
    ------
    DataError
        If not one play counts, or an item is in the catalogue twice.
    """
    config = config or ModelConfig()
    interactions = Interactions.of(dataset)
    if not interactions.plays.entries:
        raise DataError(
            "nothing to learn from: not one play counts",
            path=dataset.path,
            remedy="look at plays and ratings",
        )
    factors = fit_base(interactions, config, threads=threads)
    signals: dict[str, Signal] = {
        LISTENING: fit_local(dataset, interactions, factors, config, threads=threads),
        FACTORS: FactorAffinity(factors.items, config.base.beta),
        CO_LISTENING: fit_listening_neighbours(interactions, config, threads=threads),
    }
    provenance = Provenance(dataset.name, dataset.fingerprint, dataset.simulated)
    seen = {
        "listeners": interactions.plays.rows,
        "interactions": interactions.plays.entries,
        "items with a listener": int((interactions.item_listeners > 0).sum()),
    }
    return Model(item_table(dataset, interactions), signals, config, provenance, seen)


def fit_base(interactions: Interactions, config: ModelConfig, *, threads: int | None = None) -> Factors:
    """Fit the base model: implicit ALS."""
    weights = confidence(interactions.plays, config.confidence)
    settings = config.base.solver(weights)
    with progress("factors", settings.iterations) as tick:
        return fit_als(weights, settings, seed=config.seed, threads=threads, after_sweep=lambda sweep: tick())


def fit_factors(
    interactions: Interactions, config: ModelConfig, *, threads: int | None = None
) -> FactorAffinity:
    """Fit the base model, and return the affinity between its item vectors."""
    return FactorAffinity(fit_base(interactions, config, threads=threads).items, config.base.beta)


def fit_local(
    dataset: Dataset,
    interactions: Interactions,
    factors: Factors,
    config: ModelConfig,
    *,
    threads: int | None = None,
) -> Listening:
    """Fit the local models, one for each group of listeners, from the base model's factors."""
    weights = confidence(interactions.plays, config.confidence)
    groups = group_listeners(dataset, interactions, factors, config.local, seed=config.seed)
    alpha0 = config.base.solver(weights).alpha0
    return fit_listening(weights, factors, groups, config.local, alpha0=alpha0, threads=threads)


def fit_listening_neighbours(
    interactions: Interactions, config: ModelConfig, *, threads: int | None = None
) -> CoListening:
    """Fit item-item co-listening on the same weights as the base model."""
    with progress("co-listening"), limited(threads):
        return fit_co_listening(confidence(interactions.plays, config.confidence), config.co_listening)


def item_table(dataset: Dataset, interactions: Interactions) -> pl.DataFrame:
    """Return what a model keeps of each item, in the order of the item codes."""
    listeners = interactions.item_listeners
    codes = pl.DataFrame(
        {
            c.ITEM_ID: interactions.item_ids,
            "listeners": listeners,
            "stratum": [Stratum(s).label for s in strata(listeners)],
        }
    )
    items = codes.join(dataset.items, on=c.ITEM_ID, how="left", maintain_order="left").with_columns(
        pl.col(c.NAME).fill_null(pl.col(c.ITEM_ID)), pl.col(c.KIND).fill_null(c.ARTIST)
    )
    if len(items) != len(codes):
        raise DataError(
            "an item is in the catalogue twice", path=dataset.path, remedy="build the dataset again"
        )
    return items.with_columns(fold_series(items[c.NAME]).alias("folded"))
