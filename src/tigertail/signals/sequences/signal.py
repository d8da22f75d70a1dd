"""Curated sequences: items that a DJ plays after A, or a playlist puts near A, go with A."""

from __future__ import annotations

from typing import ClassVar, Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.signals.evidence import Evidence
from tigertail.signals.neighbour_lists import NeighbourLists, best_of_each, matrix_rows
from tigertail.signals.sequences.kernels import nearest
from tigertail.sparse import CSR

_FAR: Final = 6.0  # reaches beyond which nearness, below 0.3 %, is taken for nothing
_LAST: Final = 2**31 - 1


class SequencesConfig(BaseModel):
    """Settings of the signal from curated sequences."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    neighbours: int = Field(200, ge=1)
    """Neighbours kept per item."""
    reach: float = Field(50.0, gt=0)
    """Places over which nearness falls to 1/e."""
    curator: float = Field(0.25, gt=0, le=1)
    """Exponent of what one curator repeats: with 1 every time counts, near 0 only the first."""
    repertoire: bool = True
    """Whether all that a curator plays is one more sequence, without an order."""
    beta: float = Field(1.0, ge=0, le=2)
    """Popularity exponent: 1 is the cosine, less favours popular items."""
    shrinkage: float = Field(2.0, ge=0)
    """Curators with both items near each other at which an affinity counts half."""


class Sequences(NeighbourLists):
    """The items that curated sequences bring together most."""

    EVIDENCE: ClassVar[Evidence] = Evidence.of("same_shows")


class SequenceLayout(NamedTuple):
    """Sequences side by side, those of one curator together.

    Parameters
    ----------
    items, positions
        Item and place of each entry, sorted by curator, sequence and place; int32. -1: no order.
    sequence_of
        Sequence of each entry; int32.
    offsets
        Where each sequence begins, and where the last ends; int64.
    curators
        Curator of each sequence; int32.
    flat
        Nearness of every two items of a sequence that has no order; float32, a sequence each.
    """

    items: NDArray[np.int32]
    positions: NDArray[np.int32]
    sequence_of: NDArray[np.int32]
    offsets: NDArray[np.int64]
    curators: NDArray[np.int32]
    flat: NDArray[np.float32]


def fit_sequences(dataset: Dataset, interactions: Interactions, config: SequencesConfig) -> Sequences:
    """Learn affinities from a dataset's sequences.

    Two items d places apart in a sequence are near by exp(-(d - 1) / reach); in one without an order by the
    mean of that over all orders, and there an item counts once. Items more than 6 reaches apart are not near. The
    nearness of all pairs of places of two items is added, up to 1 in a sequence, and an item is as near to itself as
    anything can be. With w_s(A, B) the nearness in sequence s, c a curator, and n_AB the number of curators with both
    near each other in a sequence,

        C_AB = sum_c (sum_{s of c} w_s(A, B))^curator

        aff(A -> B) = C_AB / (C_AA^(1/2) C_BB^(beta/2)) * n_AB / (n_AB + shrinkage)

    Parameters
    ----------
    dataset
        What to learn from; sequences of hidden listeners are not seen.
    interactions
        The item of each code.
    config
        Settings.

    Raises
    ------
    DataError
        If the dataset has no table of sequences.
    """
    items = len(interactions.items)
    entries = _entries(dataset, interactions)
    if config.repertoire:
        entries = pl.concat([entries, _repertoires(entries)]).sort("curator", "sequence", "position", "item")
    layout = _layout(entries, config.reach)
    places = CSR.from_coo(
        layout.items, np.arange(len(layout.items)), np.ones(len(layout.items)), (items, len(layout.items))
    )
    masses = _masses(layout, items, config.curator)
    codes, scores = nearest(
        matrix_rows(places),
        layout,
        np.float64(config.reach),
        int(min(np.ceil(_FAR * config.reach), _LAST)),
        np.float64(config.curator),
        np.sqrt(masses),
        masses ** (-config.beta / 2),
        np.float64(config.shrinkage),
        min(config.neighbours, items),
    )
    return Sequences(best_of_each(codes, scores))


def _entries(dataset: Dataset, interactions: Interactions) -> pl.DataFrame:
    """Return the sequences in codes: ``curator``, ``sequence``, ``position``, ``item``, sorted."""
    with dataset.reading(c.SEQUENCES_TABLE):
        rows = dataset.scan(c.SEQUENCES_TABLE).collect()
    if c.CURATOR not in rows.columns:
        rows = rows.with_columns(pl.lit(None, pl.String).alias(c.CURATOR))
    # A sequence without a curator is its own curator. The mark keeps it apart from curators of that name.
    alone = pl.concat_str(pl.lit("\0"), c.SEQUENCE_ID)
    rows = interactions.items.encode(rows, code="item").with_columns(pl.col(c.CURATOR).fill_null(alone))
    who = pl.struct(c.CURATOR, c.SEQUENCE_ID).rank("dense").cast(pl.Int32) - 1
    entries = rows.select(
        (pl.col(c.CURATOR).rank("dense").cast(pl.Int32) - 1).alias("curator"),
        who.alias("sequence"),
        pl.col(c.POSITION).fill_null(-1).alias("position"),
        "item",
    )
    # One place without a number takes the order away; then an item that has several places would be there as often.
    ordered = pl.col("position").min().over("sequence") >= 0
    entries = entries.with_columns(pl.when(ordered).then(pl.col("position")).otherwise(-1).alias("position"))
    return entries.unique().sort("sequence", "position", "item")


def _repertoires(entries: pl.DataFrame) -> pl.DataFrame:
    """Return all items of each curator who has several sequences, as a sequence more without an order."""
    several = entries.filter(pl.col("sequence").n_unique().over("curator") > 1)
    whole = several.select("curator", "item").unique()
    beyond = pl.lit(entries.height, pl.Int32)  # the last sequence of its curator
    return whole.select("curator", beyond.alias("sequence"), pl.lit(-1, pl.Int32).alias("position"), "item")


def _layout(entries: pl.DataFrame, reach: float) -> SequenceLayout:
    entries = entries.with_columns(pl.struct("curator", "sequence").rle_id().cast(pl.Int32).alias("sequence"))
    sequences = entries.group_by("sequence", maintain_order=True).agg(
        pl.col("curator").first(), pl.len().alias("size"), (pl.col("position").first() < 0).alias("flat")
    )
    sizes = sequences["size"].to_numpy()
    mean = {int(size): mean_nearness(int(size), reach) for size in np.unique(sizes)}
    flat = np.where(sequences["flat"].to_numpy(), [mean[int(size)] for size in sizes], 0.0)
    return SequenceLayout(
        entries["item"].to_numpy(),
        entries["position"].to_numpy(),
        entries["sequence"].to_numpy(),
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        sequences["curator"].to_numpy(),
        flat.astype(np.float32),
    )


def _masses(layout: SequenceLayout, items: int, curator: float) -> NDArray[np.float64]:
    """Return C_AA of each item, 1 for those in no sequence."""
    there = pl.DataFrame({"item": layout.items, "sequence": layout.sequence_of}).unique(maintain_order=True)
    sequence = there["sequence"].to_numpy()
    near = np.where(layout.flat[sequence] > 0, layout.flat[sequence], 1.0)
    by_curator = there.select(
        "item", pl.Series("curator", layout.curators[sequence]), pl.Series("near", near)
    )
    by_curator = by_curator.group_by("item", "curator", maintain_order=True).agg(pl.col("near").sum())
    whole = np.bincount(by_curator["item"].to_numpy(), by_curator["near"].to_numpy() ** curator, items)
    return np.where(whole > 0, whole, 1.0)


def mean_nearness(size: int, reach: float) -> float:
    """Return the mean nearness of two items of a sequence, over all its orders.

    Examples
    --------
    >>> mean_nearness(2, 5.0)
    1.0
    >>> round(mean_nearness(1000, 5.0), 4)
    0.011
    """
    if size < 2:
        return 0.0
    apart = np.arange(1, size)
    pairs = size - apart
    return float((pairs * np.exp(-(apart - 1) / reach)).sum() / pairs.sum())
