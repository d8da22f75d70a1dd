"""The evaluation protocol: a hold-out of whole listeners.

A query is an item of a held-out listener, one of at most ten drawn at random, and the listener's other items are its
targets. In a split by time the training data ends at a moment: a play is one pair of listener and item, and its time is
that of the last play. The queries are items whose last play by a held-out listener was before the moment, and the
targets those whose last play was after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.exposure import Exposure
from tigertail.dataset.interactions import Interactions
from tigertail.dataset.played_pairs import PlayedPairs
from tigertail.dataset.strata import strata
from tigertail.errors import DataError
from tigertail.sparse import CSR

MIN_ELIGIBLE: Final = 10
"""The fewest listeners who can be evaluated, held out or not; our choice: of ten, the default share holds out two."""


class ProtocolConfig(BaseModel):
    """Settings of the evaluation protocol."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    split: Literal["listeners", "time"] = "listeners"
    """The targets of a query: the listener's other items, or those whose last play was after a moment."""
    after: float = Field(0.2, gt=0, lt=1)
    """Share of the pairs of listener and item, by the time of the last play, after the moment of a split by time.

    Those at the moment are before it: where many have that time, the share is smaller, or none.
    """
    held_out: float = Field(0.2, gt=0, lt=1)
    """Share, of the listeners who can be evaluated, who are held out."""
    queries: int = Field(10, ge=1)
    """Queries of one listener, drawn at random: at most so many."""
    k: int = Field(20, ge=1)
    """Length of the evaluated lists, the k of nDCG@k; holding out does not use it."""
    seed: int = Field(0, ge=0)
    """Seed of the random choice of listeners and queries."""
    exposure: Literal["catalogue", "ignored"] = "catalogue"
    """What a list ranks: the catalogue of the held-out listener, or every item."""


@dataclass(frozen=True, eq=False)
class Split:
    """One split of a dataset into training data, queries and targets.

    Parameters
    ----------
    config
        Settings of the split.
    train
        The dataset without any data of the held-out listeners; in a split by time, also without the pairs of the others
        that were last played after the moment, or at an unknown time.
    interactions
        The training plays, over the whole catalogue.
    profiles
        Profiles of the held-out listeners, in the order of the rows of ``relevant``: what is known of a new listener
        before any play.
    relevant
        The targets: held-out listeners by items of the catalogue. Metrics leave the query itself out.
    history_sizes
        Items of each held-out listener that may be queries, in a split by time those up to the moment; int64, in the
        order of the rows of ``relevant``.
    query_listeners
        Held-out listener (a row of ``relevant``) of each query; int32, (queries,), ascending.
    query_items
        Item of each query; int32, (queries,).
    strata
        Stratum of each item by its training listeners; int8, (items,).
    exposure
        Catalogues of the held-out listeners, in the order of the rows of ``relevant``.
    train_exposure
        Catalogues of the training listeners, in the order of the rows of ``interactions``.
    """

    config: ProtocolConfig
    train: Dataset
    interactions: Interactions
    profiles: pl.DataFrame
    relevant: CSR
    history_sizes: NDArray[np.int64]
    query_listeners: NDArray[np.int32]
    query_items: NDArray[np.int32]
    strata: NDArray[np.int8]
    exposure: Exposure
    train_exposure: Exposure

    @property
    def popularity(self) -> NDArray[np.int64]:
        """Training listeners of each item; int64, (items,)."""
        return self.interactions.item_listeners

    @cached_property
    def adjusted_listeners(self) -> NDArray[np.float64]:
        """Training listeners that each item would have if all could hear it; float64, (items,)."""
        return self.train_exposure.adjusted_listeners(self.popularity)


def hold_out(dataset: Dataset, config: ProtocolConfig, *, among: pl.Series | None = None) -> Split:
    """Hold out listeners and choose the queries.

    Only listeners with a query and a target can be evaluated, so only they are held out. A pair that counts nothing, as
    one rated lowest, is neither.

    Parameters
    ----------
    dataset
        The data.
    config
        Settings.
    among
        Ids of the listeners that may be held out; None means all.

    Raises
    ------
    DataError
        If fewer than :data:`MIN_ELIGIBLE` listeners can be evaluated, or the plays have no times for a split by time.
    """
    queryable, targets, moment = _candidate_pairs(dataset, config)
    rng = np.random.default_rng(config.seed)
    held_out_ids = _draw_held_out(dataset, queryable, targets, config, rng, among)
    if moment is None:
        train = dataset.without(held_out_ids)
        # All pairs are in codes already, so the plays are not read again.
        interactions = _without(queryable, held_out_ids, dataset.items[c.ITEM_ID])
    else:
        train = dataset.without(held_out_ids).until(moment)
        interactions = Interactions.build(train.plays, dataset.items[c.ITEM_ID])
    queries = _matrix(queryable, held_out_ids, interactions)
    listeners, items = _choose(queries, config.queries, rng)
    exposure, train_exposure = _exposures(dataset, held_out_ids, interactions, config)
    return Split(
        config,
        train,
        interactions,
        held_out_ids.to_frame(c.LISTENER_ID).join(
            dataset.listeners.unique(c.LISTENER_ID, keep="first"),  # a table may list a listener twice
            on=c.LISTENER_ID,
            how="left",
            maintain_order="left",
        ),
        _matrix(targets, held_out_ids, interactions),
        queries.row_sizes,
        listeners,
        items,
        strata(interactions.item_listeners),
        exposure,
        train_exposure,
    )


def without_hold_out(
    dataset: Dataset,
    interactions: Interactions,
    config: ProtocolConfig,
    queries: NDArray[np.int32],
    relevant: CSR | None = None,
    curators: pl.DataFrame | None = None,
) -> Split:
    """Return a split without held-out listeners, in which everything is ranked after each query.

    Parameters
    ----------
    dataset
        What systems are fitted to.
    interactions
        Its plays.
    config
        Settings, of which ``exposure`` counts for the training listeners; those that choose listeners and queries do
        not.
    queries
        Item of each query; int32, (queries,).
    relevant
        Queries by items: what is similar to each; None where nothing is judged.
    curators
        Who each query is from, as ``profiles`` of the split; None where nobody is.
    """
    count, items = len(queries), len(interactions.items)
    return Split(
        config,
        dataset,
        interactions,
        dataset.listeners.clear() if curators is None else curators,
        CSR.from_coo([], [], [], (count, items)) if relevant is None else relevant,
        np.ones(count, np.int64),
        np.arange(count, dtype=np.int32),
        queries,
        strata(interactions.item_listeners),
        Exposure.full(count, items),
        _exposure(dataset, interactions.listeners.ids, interactions, config).including(interactions.plays),
    )


def _exposures(
    dataset: Dataset, held_out_ids: pl.Series, interactions: Interactions, config: ProtocolConfig
) -> tuple[Exposure, Exposure]:
    """Return the catalogues of the held-out and of the training listeners."""
    listeners = pl.concat([held_out_ids, interactions.listeners.ids])
    everybody = _exposure(dataset, listeners, interactions, config)
    return everybody.rows(slice(len(held_out_ids))), everybody.rows(slice(len(held_out_ids), None))


def _exposure(
    dataset: Dataset, listeners: pl.Series, interactions: Interactions, config: ProtocolConfig
) -> Exposure:
    if config.exposure == "ignored":
        return Exposure.full(len(listeners), len(interactions.items))
    return Exposure.of(dataset, listeners, interactions.items)


def _candidate_pairs(
    dataset: Dataset, config: ProtocolConfig
) -> tuple[PlayedPairs, PlayedPairs, datetime | None]:
    """Return the pairs of listener and item that may be queries and targets, and the moment between them."""
    if config.split == "listeners":
        pairs = PlayedPairs.of(dataset).above_zero()
        return pairs, pairs, None
    plays = dataset.plays
    if c.LAST_PLAYED not in plays.columns or plays[c.LAST_PLAYED].null_count() == len(plays):
        raise DataError(
            "the plays have no times",
            path=dataset.path,
            remedy="hold out listeners instead: leave --split time out",
        )
    last = pl.col(c.LAST_PLAYED).max().over(c.LISTENER_ID, c.ITEM_ID)
    plays = plays.with_columns(last)
    times = plays.unique([c.LISTENER_ID, c.ITEM_ID])[c.LAST_PLAYED].sort().drop_nulls()
    moment: datetime = times[int((1 - config.after) * (len(times) - 1))]
    parts = plays.filter(pl.col(c.LAST_PLAYED) <= moment), plays.filter(pl.col(c.LAST_PLAYED) > moment)
    before, after = (PlayedPairs.of_table(part).above_zero() for part in parts)
    return before, after, moment


def _draw_held_out(
    dataset: Dataset,
    queryable: PlayedPairs,
    targets: PlayedPairs,
    config: ProtocolConfig,
    rng: np.random.Generator,
    among: pl.Series | None,
) -> pl.Series:
    """Draw the listeners to hold out among those who may be and can be evaluated."""
    by_listener = config.split == "listeners"
    listeners = _with_pairs(queryable, 2 if by_listener else 1)
    if not by_listener:
        listeners = listeners.filter(listeners.is_in(_with_pairs(targets, 1).implode()))
    allowed = ""
    if among is not None:
        listeners = listeners.filter(listeners.is_in(among.implode()))
        allowed = ", of those that may be held out,"
    if len(listeners) < MIN_ELIGIBLE:
        remedy = f"evaluation needs at least {MIN_ELIGIBLE}: use a dataset with more listening data"
        later = (
            f"{remedy}, or, in Python, another share of it after the moment (ProtocolConfig's after); whoever plays on "
            "one day alone, as a show of a radio does, can be held out only as a listener: leave --split time out"
        )
        raise DataError(
            f"only {len(listeners)} listeners{allowed} have both a query and a target",
            path=dataset.path,
            remedy=remedy if by_listener else later,
        )
    # One at least stays to learn from.
    count = min(max(1, round(config.held_out * len(listeners))), len(listeners) - 1)
    return listeners.gather(np.sort(rng.choice(len(listeners), count, replace=False)))


def _with_pairs(pairs: PlayedPairs, least: int) -> pl.Series:
    """Return the listeners of so many pairs at least."""
    return pairs.listeners.ids.filter(pl.Series(pairs.plays.row_sizes >= least))


def _without(pairs: PlayedPairs, held_out_ids: pl.Series, catalogue: pl.Series) -> Interactions:
    """Return the interactions of all listeners but some, over what they play and the catalogue."""
    held_out = np.zeros(len(pairs.listeners), np.bool_)
    held_out[pairs.listeners.codes(held_out_ids)] = True
    rest = pairs.select_listeners(np.flatnonzero(~held_out))
    kept = pairs.items.ids.is_in(catalogue.implode()).to_numpy()
    kept[rest.plays.indices] = True
    return Interactions.of_pairs(rest if kept.all() else rest.select_items(kept))


def _matrix(pairs: PlayedPairs, held_out_ids: pl.Series, interactions: Interactions) -> CSR:
    """Return pairs of held-out listeners and items as a matrix of ones."""
    theirs = pairs.plays.select_rows(pairs.listeners.codes(held_out_ids))
    codes = interactions.items.codes(pairs.items.ids)[theirs.indices]
    known = codes >= 0
    shape = len(held_out_ids), len(interactions.items)
    return CSR.from_coo(theirs.entry_rows()[known], codes[known], np.ones(np.count_nonzero(known)), shape)


def _choose(
    queries: CSR, max_queries: int, rng: np.random.Generator
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Choose at most ``max_queries`` items of each listener at random."""
    listeners = queries.entry_rows()
    order = np.lexsort((rng.random(queries.nnz), listeners))
    position = np.arange(queries.nnz) - np.repeat(queries.indptr[:-1], queries.row_sizes)
    chosen = np.sort(order[position < max_queries])
    return listeners[chosen], queries.indices[chosen]
