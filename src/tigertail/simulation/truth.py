"""The true affinity of every pair of artists, which only a simulated world has.

``aff(A -> B)`` is the expected utility of B for a listener who likes A: the mean utility of B over all listeners, each
weighted by the probability of being the listener who likes A by taste alone::

    aff(A -> B) = sum_l w_A(l) u(l, B),    w_A = softmax over listeners of u(l, A)

How often an artist is come across, and therefore popularity, has no influence. The affinity is directed: listeners
of a local artist like international ones, but not the reverse.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.errors import DataError
from tigertail.progress import track
from tigertail.simulation.numerics import product, row_blocks
from tigertail.simulation.world import Reals, World

FILE: Final = "truth.parquet"
DEPTH: Final = 100  # neighbours of each artist that are kept


def true_affinity(dataset: Dataset) -> pl.DataFrame:
    """Read the true affinity of a simulated dataset.

    Parameters
    ----------
    dataset
        One that :func:`tigertail.simulation.simulate` wrote.

    Returns
    -------
    pl.DataFrame
        Columns target_item_id, item_id, score, rank: for each artist A, the :data:`DEPTH` artists B with the
        largest ``aff(A -> B)``, ranked from 1.

    Raises
    ------
    DataError
        If the dataset is not simulated.
    """
    file = None if dataset.path is None else dataset.path / FILE
    if file is None or not file.is_file():
        raise DataError(
            "the true affinities of this dataset are not known",
            path=dataset.path,
            remedy="only a simulated world has them: tigertail simulate DATASET",
        )
    return pl.read_parquet(file, glob=False)


def affinity_lists(world: World, item_ids: pl.Series) -> pl.DataFrame:
    """Work out the true neighbours of every artist.

    Parameters
    ----------
    world
        The listeners and artists.
    item_ids
        Identifier of each artist.

    Returns
    -------
    pl.DataFrame
        A table of neighbours; equal scores are in the order of ``item_ids``.
    """
    artists = world.config.artists
    depth = min(DEPTH, artists - 1)
    lists = []
    for block in track(row_blocks(artists, max(artists, world.config.listeners)), "true affinities"):
        score = affinities(world, block).astype(np.float32)
        target = np.arange(block.start, block.stop)
        score[target - block.start, target] = -np.inf
        near = np.sort(np.argpartition(-score, depth - 1, axis=1)[:, :depth], axis=1)
        near_score = np.take_along_axis(score, near, axis=1)
        order = np.argsort(-near_score, axis=1, kind="stable")
        lists.append(
            pl.DataFrame(
                {
                    c.TARGET_ITEM_ID: item_ids.gather(np.repeat(target, depth)),
                    c.ITEM_ID: item_ids.gather(np.take_along_axis(near, order, axis=1).ravel()),
                    c.SCORE: np.take_along_axis(near_score, order, axis=1).ravel(),
                    c.RANK: np.tile(np.arange(1, depth + 1, dtype=np.int32), len(target)),
                }
            )
        )
    return pl.concat(lists, rechunk=True)


def affinities(world: World, block: slice) -> Reals:
    """Return ``aff(A -> B)`` of a block of artists A to every artist B, shape (block, artists)."""
    logit = product(world.style[block], world.taste.T)
    weight = np.exp(logit - logit.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    return product(product(weight, world.taste), world.style.T)
