"""The protocol: whole listeners held out, each item of theirs a query, their other items the answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from tigertail import columns as c
from tigertail.data.dataset import Dataset
from tigertail.data.interactions import Interactions
from tigertail.data.strata import strata
from tigertail.errors import DataError
from tigertail.sparse import CSR


class ProtocolConfig(BaseModel):
    """Settings of the evaluation protocol."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    held_out: float = Field(0.2, gt=0, lt=1)
    """Share of listeners held out."""
    queries: int = Field(10, ge=1)
    """Most queries a listener."""
    k: int = Field(20, ge=1)
    """Length of the lists judged."""
    seed: int = 0
    """Seed of the choice of listeners and queries."""


@dataclass(frozen=True, eq=False)
class Trial:
    """One split of a dataset into what systems may see and what they are asked.

    Parameters
    ----------
    config
        How it was made.
    train
        The dataset without any trace of the held-out listeners.
    interactions
        The training plays, over the whole catalogue.
    relevant
        Held-out listeners by items of the catalogue.
    query_listeners
        Held-out listener (a row of ``relevant``) of each query; int32, (queries,), rising.
    query_items
        Item of each query; int32, (queries,).
    strata
        Stratum of each item by its training listeners; int8, (items,).
    """

    config: ProtocolConfig
    train: Dataset
    interactions: Interactions
    relevant: CSR
    query_listeners: NDArray[np.int32]
    query_items: NDArray[np.int32]
    strata: NDArray[np.int8]

    @property
    def popularity(self) -> NDArray[np.int64]:
        """Training listeners of each item; int64, (items,)."""
        return self.interactions.item_listeners


def hold_out(dataset: Dataset, config: ProtocolConfig) -> Trial:
    """Hold out listeners and choose the queries.

    Only listeners with two items or more can be judged; only they are held out.

    Raises
    ------
    DataError
        If fewer than ten listeners can be judged.
    """
    sizes = dataset.plays.group_by(c.LISTENER_ID).agg(pl.len()).sort(c.LISTENER_ID)
    able = sizes.filter(pl.col("len") >= 2)[c.LISTENER_ID]
    if len(able) < 10:
        raise DataError(
            f"only {len(able)} listeners have two items or more",
            path=dataset.path,
            remedy="evaluation needs at least ten of them: bring more listening data",
        )
    rng = np.random.default_rng(config.seed)
    count = max(1, round(config.held_out * len(able)))
    held = able.gather(np.sort(rng.choice(len(able), count, replace=False)))

    train = dataset.without(held)
    interactions = Interactions.build(train.plays, dataset.items[c.ITEM_ID])
    relevant = _relevant(dataset.plays, held, interactions)
    listeners, items = _queries(relevant, config.queries, rng)
    return Trial(config, train, interactions, relevant, listeners, items, strata(interactions.item_listeners))


def _relevant(plays: pl.DataFrame, held: pl.Series, interactions: Interactions) -> CSR:
    rows = pl.DataFrame({c.LISTENER_ID: held}).with_row_index("row")
    columns = pl.DataFrame({c.ITEM_ID: interactions.item_ids}).with_row_index("column")
    pairs = plays.unique([c.LISTENER_ID, c.ITEM_ID]).join(rows, on=c.LISTENER_ID).join(columns, on=c.ITEM_ID)
    return CSR.build(pairs["row"], pairs["column"], np.ones(len(pairs)), (len(rows), len(columns)))


def _queries(
    relevant: CSR, most: int, rng: np.random.Generator
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Choose at most ``most`` items of each listener at random."""
    listeners = relevant.row_of_entries()
    order = np.lexsort((rng.random(relevant.entries), listeners))
    place = np.arange(relevant.entries) - np.repeat(relevant.offsets[:-1], relevant.row_sizes)
    chosen = np.sort(order[place < most])
    return listeners[chosen], relevant.indices[chosen]
