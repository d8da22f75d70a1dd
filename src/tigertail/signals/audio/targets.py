"""The targets that descriptors predict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.dataset.vocabulary import Vocabulary
from tigertail.errors import DataError
from tigertail.signals.directions import directions

Reals = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Targets:
    """What descriptors are to predict of each item: the direction of its item vector, or of its labels.

    Parameters
    ----------
    values
        A vector of length 1 for each item with a target, 0 for the others; float64, (items with audio, dimensions).
    teaches
        Whether an item has a target, and so the regression learns from it; bool, (items with audio,).
    """

    values: Reals
    teaches: NDArray[np.bool_]


def factor_targets(factors: NDArray[np.float32], enough: NDArray[np.bool_]) -> Targets:
    """Return the directions of item vectors: their lengths depend on popularity, not on sound.

    Parameters
    ----------
    factors
        Vectors of the items with audio; float32, (items with audio, factors).
    enough
        Which of them have listeners enough; bool, (items with audio,).
    """
    return _targets(np.where(enough[:, None], factors.astype(np.float64), 0.0))


def label_targets(
    dataset: Dataset, interactions: Interactions, codes: NDArray[np.int64], labels: int
) -> Targets:
    """Return the directions of the items' labels, weighted by tf-idf.

    Parameters
    ----------
    dataset
        Its annotations are read. Where listeners are held out, a view without them (:meth:`Dataset.without`).
    interactions
        The item of each code.
    codes
        Items with audio, ascending.
    labels
        How many labels count, those of most items first.

    Raises
    ------
    DataError
        If the dataset has no table of annotations.
    """
    if not dataset.has(c.ANNOTATIONS_TABLE):
        raise DataError(
            "the dataset has no annotations to learn labels from",
            path=dataset.path,
            remedy="add a source of tags to the recipe, or learn from factors",
        )
    known = Vocabulary(interactions.items.ids.gather(codes))
    with dataset.reading(c.ANNOTATIONS_TABLE):
        annotations = (
            dataset.scan(c.ANNOTATIONS_TABLE).select(c.ITEM_ID, c.FACET, c.LABEL, c.WEIGHT).collect()
        )
    annotations = (
        known.encode(annotations, code="row").group_by("row", c.FACET, c.LABEL).agg(pl.col(c.WEIGHT).sum())
    )
    annotations = annotations.filter(pl.col(c.WEIGHT) > 0)
    most = annotations.group_by(c.FACET, c.LABEL).agg(pl.len().alias("items"))
    most = most.sort("items", c.FACET, c.LABEL, descending=[True, False, False]).head(labels)
    annotations = annotations.join(most.with_row_index("column"), on=[c.FACET, c.LABEL])
    values = np.zeros((len(codes), len(most)))
    rarity = np.log(len(codes) / annotations["items"].to_numpy()) + 1
    values[annotations["row"].to_numpy(), annotations["column"].to_numpy()] = (
        np.log1p(annotations[c.WEIGHT].to_numpy()) * rarity
    )
    return _targets(values)


def _targets(values: Reals) -> Targets:
    return Targets(directions(values), np.asarray(values.any(axis=1)))
