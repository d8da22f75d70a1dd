"""Pair counts from another source: items searched, bought or seen together."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.signals.co_listening import strongest_products
from tigertail.signals.evidence import Evidence
from tigertail.signals.neighbour_lists import NeighbourLists
from tigertail.sparse import CSR


class PairsConfig(BaseModel):
    """Settings of the signal from pair counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    neighbours: int = Field(200, ge=1)
    """Neighbours kept per item."""
    beta: float = Field(1.0, ge=0, le=2)
    """Popularity exponent: 1 divides by the roots of both sums of counts, as a cosine would by lengths, a lower one
    favours popular items, 2 has the order of pointwise mutual information but for the shrinkage."""
    shrinkage: float = Field(5.0, ge=0)
    """Count at which an affinity counts half."""


class Pairs(NeighbourLists):
    """The items with the largest affinity by pair counts."""

    EVIDENCE: ClassVar[Evidence] = Evidence.of("paired")


def fit_pairs(dataset: Dataset, interactions: Interactions, config: PairsConfig) -> Pairs:
    """Learn affinities from a dataset's pairs.

    With n_AB the count of A with B and of B with A together, and m_A = sum_B n_AB,

        aff(A -> B) = n_AB / (m_A^(1/2) m_B^(beta/2)) * n_AB / (n_AB + shrinkage)

    Parameters
    ----------
    dataset
        What to learn from.
    interactions
        Its items alone are read: the item of each code.
    config
        Settings.

    Raises
    ------
    DataError
        If the dataset has no table of pairs.
    """
    counts = _counts(dataset, interactions)
    items = counts.shape[1]
    rows = counts.entry_rows()
    masses = np.bincount(rows, counts.data.astype(np.float64), items)
    masses = np.where(masses > 0, masses, 1.0)  # nothing is divided by 0
    divisor = np.where(counts.data > 0, counts.data + config.shrinkage, np.float32(1))  # 0 of 0 is 0
    shrunk = counts.data.astype(np.float64) ** 2 / divisor
    own = np.arange(items, dtype=np.int32)
    identity = CSR.from_coo(own, own, np.ones(items), (items, items))
    return Pairs(
        strongest_products(
            counts.with_data(shrunk.astype(np.float32)),
            identity,  # so the product is the matrix above, of which the strongest are kept
            config.neighbours,
            lengths=np.sqrt(masses).astype(np.float32),
            gains=(masses ** (-config.beta / 2)).astype(np.float32),
        )
    )


def _counts(dataset: Dataset, interactions: Interactions) -> CSR:
    """Return the counts in codes, each pair both ways round."""
    with dataset.reading(c.PAIRS_TABLE):
        rows = dataset.scan(c.PAIRS_TABLE).select(c.ITEM_A, c.ITEM_B, c.COUNT).collect()
    for column, code in ((c.ITEM_A, "a"), (c.ITEM_B, "b")):
        rows = interactions.items.encode(rows, column, code=code)
    rows = rows.filter(pl.col("a") != pl.col("b"))
    both = pl.concat(
        [rows.select("a", "b", c.COUNT), rows.select(pl.col("b").alias("a"), pl.col("a").alias("b"), c.COUNT)]
    )
    # Sorted first, so that sums of fractions come out the same every time.
    whole = (
        both.sort("a", "b", c.COUNT)
        .group_by("a", "b", maintain_order=True)
        .agg(pl.col(c.COUNT).cast(pl.Float64).sum())
    )
    items = len(interactions.items)
    return CSR.from_coo(whole["a"], whole["b"], whole[c.COUNT], (items, items))
