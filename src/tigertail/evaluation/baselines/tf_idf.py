"""TF-IDF over tags: items are alike whose labels are, whoever listens to them."""

from __future__ import annotations

import numpy as np
import polars as pl
from pydantic import Field

from tigertail import columns as c
from tigertail.evaluation.recommender import Recommender
from tigertail.signals.annotation.label_folding import KEY, label_keys
from tigertail.signals.co_listening import CoListening, strongest_products
from tigertail.sparse import CSR
from tigertail.splitting.hold_out import Split


class TfIdf(Recommender):
    """Cosine of TF-IDF vectors of labels.

    With t_il the annotations that give item i the label l, N the items with a label and n_l those with label l,

        w_il = log(1 + t_il) log((N + 1) / n_l)
        aff(A -> B) = w_A . w_B / (|w_A| |w_B|)

    (Salton and Buckley, "Term-weighting approaches in automatic text retrieval", Information Processing &
    Management 24, 1988). Spellings of one label are joined, and so is a label in two facets: t_il counts the
    annotations of both. Annotators count alike: the annotation signal estimates who is reliable, this is what it is
    compared with.
    """

    neighbours: int = Field(200, ge=1)
    """Number of neighbours of each item: as many as item-item co-listening keeps."""
    facets: tuple[str, ...] = ("tag", "genre")
    """Facets whose labels count."""

    @property
    def label(self) -> str:
        """Name of the system."""
        return "TF-IDF"

    def fit(self, split: Split) -> CoListening:
        """Compare the labels of every two items; without annotations no item is known."""
        weights = _unit_rows(self._weights(split))
        return CoListening(strongest_products(weights, weights.transpose(), self.neighbours))

    def _weights(self, split: Split) -> CSR:
        items = split.interactions.items
        if not split.train.has(c.ANNOTATIONS_TABLE):
            return CSR.from_coo([], [], [], (len(items), 0))
        with split.train.reading(c.ANNOTATIONS_TABLE):
            # A build lets no weight of 0 or less through; a dataset that is written from Python may have one.
            rows = (
                split.train.scan(c.ANNOTATIONS_TABLE)
                .filter(pl.col(c.FACET).is_in(self.facets), pl.col(c.WEIGHT) > 0)
                .select(c.ITEM_ID, c.LABEL)
                .collect()
            )
        rows = items.encode(rows.with_columns(label_keys(rows[c.LABEL])).drop_nulls(KEY), code="item")
        cells = rows.group_by("item", KEY).len("times").sort("item", KEY)
        label = cells[KEY].rank("dense").to_numpy().astype(np.int64) - 1
        labelled = cells["item"].n_unique()
        rarity = np.log((labelled + 1) / np.bincount(label))
        values = np.log1p(cells["times"].to_numpy()) * rarity[label]
        return CSR.from_coo(cells["item"], label, values, (len(items), len(rarity)))


def _unit_rows(matrix: CSR) -> CSR:
    """Divide each row by its length."""
    row = matrix.entry_rows()
    squares = np.bincount(row, matrix.data.astype(np.float64) ** 2, matrix.shape[0])
    return matrix.with_data((matrix.data / np.sqrt(squares)[row]).astype(np.float32))
