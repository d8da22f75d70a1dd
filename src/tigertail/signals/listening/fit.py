"""Fitting the local models: the groups, and the item vectors of each."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.exposure import Exposure
from tigertail.dataset.interactions import Interactions
from tigertail.factorization import Factors
from tigertail.progress import progress
from tigertail.signals.listening.assignment import member_by_place, nearest_group
from tigertail.signals.listening.config import ListeningConfig
from tigertail.signals.listening.groups import Groups, by_place, learned
from tigertail.signals.listening.signal import GroupedCoListening
from tigertail.signals.listening.solve import GroupSolver, Ridge, fit_groups
from tigertail.sparse import CSR
from tigertail.spill import joined


def group_listeners(
    dataset: Dataset, interactions: Interactions, factors: Factors, config: ListeningConfig, *, seed: int = 0
) -> Groups:
    """Group the listeners of a dataset as the settings say.

    Parameters
    ----------
    dataset
        Whose profiles say where listeners live and what they speak.
    interactions
        Its plays.
    factors
        Vectors of the listeners, for groups that are learned.
    config
        Settings.
    seed
        Seed of groups that are learned.
    """
    if config.groups == "learned":
        return learned(factors.listeners, config.clusters, seed=seed, min_group_size=config.min_group_size)
    places = _places(dataset, interactions.listeners.ids, config)
    if places is None:
        return Groups((), np.zeros(interactions.plays.shape[0], np.int32))
    return by_place(*places, min_group_size=config.min_group_size)


def join_groups(
    dataset: Dataset, interactions: Interactions, vectors: NDArray[np.float32], listening: GroupedCoListening
) -> NDArray[np.int32]:
    """Return the group of each new listener, among those there are.

    Parameters
    ----------
    dataset
        Whose profiles say where the new listeners live and what they speak.
    interactions
        Its plays.
    vectors
        Vectors of the listeners of ``listening`` in its order, then of the new ones; for groups that are learned a new
        one joins the group whose mean direction is nearest.
    listening
        The signal with its groups.

    Returns
    -------
    NDArray[np.int32]
        Codes of groups, the number of groups for those of none; int32, (new listeners,).
    """
    keys, config = listening.keys, listening.config
    new = interactions.plays.shape[0]
    if keys and config.groups == "learned":
        member = np.repeat(np.arange(len(keys) + 1, dtype=np.int32), np.diff(listening.starts))
        return nearest_group(vectors[: len(member)], member, len(keys), vectors[len(member) :])
    places = _places(dataset, interactions.listeners.ids, config) if keys else None
    if places is None:
        return np.full(new, len(keys), np.int32)
    return member_by_place(*places, keys=keys, fallback_of=listening.fallback_of)


def _places(
    dataset: Dataset, listener_ids: pl.Series, config: ListeningConfig
) -> tuple[list[str | None], list[str | None] | None] | None:
    """Return the countries and, if groups need them, languages of listeners; None without data or need.

    A table may list a listener twice; the first row counts.
    """
    profiles = dataset.listeners
    if config.groups == "none" or c.COUNTRY not in profiles.columns:
        return None
    wanted = [name for name in (c.COUNTRY, c.LANGUAGE) if name in profiles.columns]
    known = pl.DataFrame({c.LISTENER_ID: listener_ids}).join(
        profiles.select(c.LISTENER_ID, *wanted).unique(c.LISTENER_ID, keep="first", maintain_order=True),
        on=c.LISTENER_ID,
        how="left",
        maintain_order="left",
    )
    languages = None
    if config.groups == "country-language":
        languages = known[c.LANGUAGE].to_list() if c.LANGUAGE in known.columns else [None] * len(known)
    return known[c.COUNTRY].to_list(), languages


def fit_listening(
    weights: CSR,
    factors: Factors,
    groups: Groups,
    config: ListeningConfig,
    *,
    alpha0: float,
    plays: CSR | None = None,
    exposure: Exposure | None = None,
    threads: int | None = None,
    solve: GroupSolver = fit_groups,
) -> GroupedCoListening:
    """Fit the item vectors of every group, as a ridge towards the global ones.

    Parameters
    ----------
    weights
        Confidences, listeners by items, that the factors were fitted to.
    factors
        The global vectors, of listeners and of items.
    groups
        The group of each listener.
    config
        Settings.
    alpha0
        Weight of an unobserved pair, as in the fit of the factors.
    plays
        Play counts, in the places of ``weights``, for a signal to which listeners can be added.
    exposure
        What each listener could have played, kept for the listeners that are added; None means everything.
    threads
        Threads to use; None means all. The signal is the same for any number.
    solve
        What fits the groups.
    """
    order = np.argsort(groups.group_of, kind="stable")
    starts = np.concatenate([[0], np.cumsum(groups.sizes)]).astype(np.int64)
    by_group = (weights if plays is None else plays).select_rows(order)
    values = by_group.data if plays is not None else np.broadcast_to(np.float32(1), by_group.nnz)
    rows = [order[starts[group] : starts[group + 1]] for group in range(len(groups.keys))]
    ridge = Ridge(config.min_listeners, alpha0, penalty_of_groups(weights, factors, config))
    with progress("local models", len(rows)) as tick:
        models = solve(
            weights,
            factors,
            rows,
            ridge,
            threads=threads,
            after_group=lambda group: tick(note=groups.keys[group]),
        )
    width = factors.items.shape[1]
    return GroupedCoListening(
        groups.keys,
        groups.fallback_of,
        starts,
        CSR(by_group.indptr, by_group.indices, values, by_group.shape),
        factors.items,
        np.concatenate([[0], np.cumsum([len(model.known) for model in models])]).astype(np.int64),
        np.concatenate([*(model.known for model in models), np.empty(0, np.int32)]),
        joined([*(model.vectors for model in models), np.empty((0, width), np.float32)]),
        config,
        counted=plays is not None,
        exposure=exposure and exposure.rows(order),
    )


def penalty_of_groups(weights: CSR, factors: Factors, config: ListeningConfig) -> float:
    """Return lambda: what the average listener adds to the diagonal of a system, times the shrinkage."""
    squares = np.einsum("ij,ij->i", factors.listeners, factors.listeners, dtype=np.float64)
    confidence = float(weights.data.mean(dtype=np.float64))
    width: int = factors.listeners.shape[1]
    return config.shrinkage * confidence * float(squares.mean()) / width
