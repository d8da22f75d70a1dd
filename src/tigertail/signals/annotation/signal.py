"""Affinity from annotations: items with the same labels, the same annotators, and labels that predict the same."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.kernels import one_query_in_numpy
from tigertail.ranking.shortlist import wanted
from tigertail.signals.annotation import kernels
from tigertail.signals.annotation.explain import (
    ANNOTATOR,
    ONLY_PREDICTED,
    PREDICTION,
    label_name,
    predicted_by,
    shared_labels,
)
from tigertail.signals.annotation.kept_labels import KeptLabels
from tigertail.signals.annotation.lexicon import Lexicon
from tigertail.signals.annotation.prediction import Prediction
from tigertail.signals.contract import Arrays
from tigertail.signals.evidence import NO_EVIDENCE, PLACE_FACETS, Evidence, Name
from tigertail.signals.neighbour_lists import matrix_rows
from tigertail.signals.remap import ItemRemap
from tigertail.sparse import CSR
from tigertail.threads import threads_for

LOOKED_UP: Final = 2**14  # entries of labels read for a query that looks for its best answers
PREDICTED_BELOW: Final = 3
"""Band of a query, 7 listeners, from which on listening knows more than labels predict."""
CONTRIBUTION: Final = "contribution"


@dataclass(frozen=True, eq=False)
class Annotation:
    """Directed affinity between what is said of items.

    aff(A -> B) = (1 - w) x_A . x_B / (|x_A| (|x_B|^2 + s^2)^(beta / 2))
                  + w max(0, p_A . p_B) |x_B| / (|x_B|^2 + s^2)^(beta / 2)

    With beta = 1 and s = 0 the first term is the cosine. A lower beta favours items with many labels. The floor s
    keeps items with few or unreliable labels from the top. p is the direction of listening that labels predict
    (:mod:`tigertail.signals.annotation.prediction`), and w its weight. Two items that share nothing and predict
    different listening have the affinity 0.

    It does not say how much is known of A, whose only label counts as much as all the labels of another. A mixture
    needs to know (:attr:`confidence`).

    Parameters
    ----------
    weights
        Items by labels, and after these by annotators of the crowd.
    people
        How many of the crowd say so, for each entry of ``weights``; int32. 0 for annotators.
    experts
        Whether an expert says so; uint8.
    labels
        Facet and name of each label.
    beta
        Popularity exponent: the power of the length of an item's row of weights, which grows with what is said of it.
    norm_floor
        s.
    left_out
        Rows of annotations that could not be used, by reason.
    lexicon
        What was learned of the labels; without it nothing can be added.
    prediction
        The listening that labels predict; None counts shared labels alone.
    place_share
        What the square of a place's weight counts in how much is known of an item.
    typical_amount
        How much was known of an item on average when the signal was fitted. A query of which as much is known counts in
        full in a mixture; with 0 any does, as for a signal that was kept before there was a confidence.
    """

    weights: CSR
    people: NDArray[np.int32]
    experts: NDArray[np.uint8]
    labels: Sequence[tuple[str, str]]
    beta: float = 0.75
    norm_floor: float = 5.0
    left_out: dict[str, int] = field(default_factory=dict)
    lexicon: Lexicon | None = None
    prediction: Prediction | None = None
    place_share: float = 1.0
    typical_amount: float = 0.0

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Items with an annotation."""
        return np.asarray(self._squares > 0)

    @cached_property
    def confidence(self) -> NDArray[np.float32]:
        """How far the affinities from each item count in a mixture; float32, (items,).

        It is |y_A| as a share of ``typical_amount``, at most 1, where y_A is x_A but the square of a place counts
        ``place_share``; 1 where nothing is known. See :class:`~tigertail.signals.contract.HasConfidence`.
        """
        if not self.typical_amount:
            return np.ones(self.weights.shape[0], np.float32)
        shares = np.minimum(self._amounts / self.typical_amount, 1)
        return np.where(self.known, shares, 1).astype(np.float32)

    def with_typical_amount(self) -> Self:
        """Return the signal with the mean of what is known of its items as the amount that counts in full."""
        known = self._amounts[self.known]
        return replace(self, typical_amount=float(known.mean()) if len(known) else 0.0)

    @cached_property
    def _amounts(self) -> NDArray[np.float64]:
        """|y| of each item."""
        share = np.ones(self.weights.shape[1])
        share[: len(self.labels)] = [
            self.place_share if facet in PLACE_FACETS else 1.0 for facet, _ in self.labels
        ]
        values = self.weights.data.astype(np.float64)
        return np.sqrt(self._row_sums(share[self.weights.indices] * values**2))

    def reindexed(self, to: ItemRemap) -> Self:
        """Return the signal with its items under new codes; new items are unknown to it."""
        weights, entries = to.move_rows(self.weights)
        return replace(
            self,
            weights=weights,
            people=self.people[entries],
            experts=self.experts[entries],
            prediction=self.prediction and self.prediction.reindexed(to),
        )

    def to_arrays(self) -> tuple[Arrays, dict[str, Any]]:
        """Return what is kept on disk."""
        names = json.dumps(list(self.labels), ensure_ascii=False).encode()
        weights = self.weights
        arrays: Arrays = {
            **weights.to_arrays(),
            "people": self.people,
            "experts": self.experts,
            "labels": np.frombuffer(names, np.uint8),  # JSON in UTF-8
        }
        settings = {
            "columns": weights.shape[1],
            "beta": self.beta,
            "norm_floor": self.norm_floor,
            "place_share": self.place_share,
            "typical_amount": self.typical_amount,
            "left_out": self.left_out,
        }
        for part in (self.lexicon, self.prediction):
            if part:
                more, also = part.to_arrays()
                arrays, settings = arrays | more, settings | also
        return arrays, settings

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: Mapping[str, Any]) -> Self:
        """Make the signal of what was kept on disk."""
        stored: Any = arrays
        return cls(
            CSR.from_arrays(stored, settings["columns"]),
            stored["people"],
            stored["experts"],
            KeptLabels(stored["labels"]),
            settings["beta"],
            settings["norm_floor"],
            dict(settings["left_out"]),
            Lexicon.from_arrays(arrays, settings),
            Prediction.from_arrays(arrays, settings),
            settings.get("place_share", 1.0),
            settings.get("typical_amount", 0.0),
        )

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the affinity from each query to every item; float32, (queries, items)."""
        scores = np.zeros((len(queries), self.weights.shape[0]), np.float32)
        asked, answers = self._query_rows, self._postings
        given = (
            *(asked.indptr, asked.indices, asked.data),
            *(answers.indptr, answers.indices, answers.data),
            np.asarray(queries, np.int32),
            scores,
        )
        if one_query_in_numpy(len(queries)):
            _numpy_scores(*given)
        else:
            with threads_for(scores.size):
                kernels.sum_shared(*given)
        if self.prediction:
            scores += self.prediction.affinity(queries) * self._predicted_scale
        scores[:, ~self.known] = -np.inf
        scores[~self.known[queries]] = -np.inf
        return scores

    @property
    def finds_all(self) -> bool:
        """Whether :meth:`nearest` returns every item that it has data about."""
        return False

    def nearest(self, queries: NDArray[np.int32], n: int, band: NDArray[np.uint8]) -> NDArray[np.int32]:
        """Return items that can be the best answers; see :class:`~tigertail.signals.contract.Retrieves`.

        Labels are read from the rarest on, as long as :data:`LOOKED_UP` entries are enough. What they predict is looked
        at for queries with few listeners alone.
        """
        counts = wanted(n)
        shared = np.full((len(queries), counts.sum()), -1, np.int32)
        asked, answers = matrix_rows(self._query_rows), matrix_rows(self._postings)
        with threads_for(len(queries) * LOOKED_UP):
            kernels.most_shared(asked, answers, queries, band, counts, LOOKED_UP, shared)
        if not self.prediction:
            return shared
        asking = np.flatnonzero(band[queries] < PREDICTED_BELOW)
        predicted = self.prediction.nearest(queries[asking], n, band, self._predicted_scale)
        found = np.full((len(queries), predicted.shape[1]), -1, np.int32)
        found[asking] = predicted
        return np.hstack([shared, found])

    def affinity_of_pairs(
        self, queries: NDArray[np.int32], starts: NDArray[np.int64], items: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        """Return the affinity from each query to some items; see :class:`~tigertail.signals.contract.Retrieves`."""
        scores = np.empty(len(items), np.float32)
        with threads_for(len(items) * 16):  # some labels of each
            kernels.sum_shared_of_pairs(
                matrix_rows(self._query_rows),
                matrix_rows(self._answer_rows),
                self.weights.shape[1],
                queries,
                starts,
                items,
                self.prediction.vectors if self.prediction else np.empty((0, 0), np.float32),
                self._predicted_scale if self.prediction else np.empty(0, np.float32),
                self.known,
                scores,
            )
        return scores

    def shared_labels(self, a: int, b: int, n: int = 5) -> pl.DataFrame:
        """Return what two items have in common, and who says so.

        Parameters
        ----------
        a, b
            Item codes.
        n
            How many labels at most.

        Returns
        -------
        pl.DataFrame
            Columns facet, label, contribution (to the affinity from a to b), source_a, source_b ("expert",
            "crowd", or "expert and crowd"), people_a,
            people_b (how many of the crowd say so); the largest contribution first. One row, with the facet
            "annotator", stands for the people who annotate both, counted in people_a and people_b; one, with the
            facet "prediction" and the sources "listening", for the listening that the labels of both predict.
        """
        (at_a, at_b), common = self._common(a, b)
        part = self._parts(a, b, at_a, at_b)
        entry_a, entry_b = self.weights.indptr[a] + at_a, self.weights.indptr[b] + at_b
        is_label = common < len(self.labels)
        of_labels = common[is_label]
        rows = pl.DataFrame(
            {
                c.FACET: [self.labels[label][0] for label in of_labels],
                c.LABEL: [self.labels[label][1] for label in of_labels],
                CONTRIBUTION: part[is_label],
                "source_a": self._sources(entry_a[is_label]),
                "source_b": self._sources(entry_b[is_label]),
                "people_a": self.people[entry_a[is_label]],
                "people_b": self.people[entry_b[is_label]],
            },
            _SHARED,
        )
        if not is_label.all():
            together = int((~is_label).sum())
            row = (ANNOTATOR, "annotated by the same people", float(part[~is_label].sum()), c.CROWD, c.CROWD)
            rows.vstack(pl.DataFrame([(*row, together, together)], _SHARED, orient="row"), in_place=True)
        if predicted := self._predicted_part(a, b):
            row = (PREDICTION, "labels that predict the same listeners", predicted, "listening", "listening")
            rows.vstack(pl.DataFrame([(*row, 0, 0)], _SHARED, orient="row"), in_place=True)
        return rows.sort([CONTRIBUTION, c.FACET, c.LABEL], descending=[True, False, False]).head(n)

    def labels_of(self, item: int, n: int, people: int) -> list[tuple[str, str]]:
        """Return facet and name of the labels that say most about an item, the one that says most first.

        A label that fewer than ``people`` of the crowd give, and no expert, is left out.
        """
        columns, values = self.weights.row(item)
        entries = np.arange(*self.weights.indptr[item : item + 2])
        told = (columns < len(self.labels)) & ((self.experts[entries] > 0) | (self.people[entries] >= people))
        ranked = sorted(
            (-value, *self.labels[label])
            for value, label in zip(values[told].tolist(), columns[told].tolist(), strict=True)
        )
        return [(facet, label) for _, facet, label in ranked[:n]]

    def explain(self, query: int, items: NDArray[np.int32]) -> list[Evidence]:
        """Return the labels that each item shares with the query, as far as they link them most.

        Where they share none, those that lead to the same listeners: the query's, then the item's.
        """
        linking: list[Iterable[Name]]
        if one_query_in_numpy(1):
            linking = [self._linking(query, item) for item in items.tolist()]
        else:
            linking = self._linking_all(query, items)
        evidence = [
            shared_labels(shared) if item != query else NO_EVIDENCE
            for item, shared in zip(items.tolist(), linking, strict=True)
        ]
        return [
            self._predicted_by(query, item) if one == ONLY_PREDICTED else one
            for item, one in zip(items.tolist(), evidence, strict=True)
        ]

    def _predicted_by(self, a: int, b: int) -> Evidence:
        """Return the label of each of two items that leads most to the listeners of the other."""
        assert self.prediction is not None  # what is predicted links them
        leading = (self.prediction.leading(self.weights.row(one), other) for one, other in ((a, b), (b, a)))
        return predicted_by(self._linked_by[label] for label in leading if label is not None)

    def _linking_all(self, query: int, items: NDArray[np.int32]) -> list[Iterable[Name]]:
        """Return what :meth:`_linking` does, for an item and each of some others."""
        weights, prediction = self.weights, self.prediction
        codes, sizes, with_ties = kernels.link(
            *(weights.indptr, weights.indices, weights.data, len(self._linked_by) - 2, query, items),
            *(np.sqrt(self._squares[query]) / self._shared_weight, self._denominators),
            prediction.vectors if prediction else np.empty((0, 0), np.float32),
            self._predicted_scale if prediction else np.empty(0, np.float32),
        )
        name_of = self._linked_by.__getitem__
        return [
            # The kernel has no names to order equals by.
            self._linking(query, item) if tied else map(name_of, linking_codes[:size])
            for item, tied, linking_codes, size in zip(
                items.tolist(), with_ties.tolist(), codes.tolist(), sizes.tolist(), strict=True
            )
        ]

    @cached_property
    def _linked_by(self) -> list[Name]:
        """Each label, then what stands for the same people and the same prediction."""
        return [label_name(*label) for label in (*self.labels, (ANNOTATOR, ""), (PREDICTION, ""))]

    def _linking(self, a: int, b: int) -> list[Name]:
        """Return the first rows of :meth:`shared_labels`, facet and label alone, without the cost of a table."""
        (at_a, at_b), common = self._common(a, b)
        part = self._parts(a, b, at_a, at_b)
        labels = common[common < len(self.labels)].tolist()
        ranked = [(-much, *self.labels[label]) for much, label in zip(part.tolist(), labels, strict=False)]
        if len(labels) < len(common):  # columns are ascending, so those of people are the last
            ranked.append((-float(part[len(labels) :].sum()), ANNOTATOR, ""))
        if predicted := self._predicted_part(a, b):
            ranked.append((-predicted, PREDICTION, ""))
        return [label_name(facet, label) for _, facet, label in sorted(ranked)[: kernels.LOOKED_AT]]

    def _parts(self, a: int, b: int, at_a: NDArray[np.int64], at_b: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what each column that two rows share adds to the affinity from a to b."""
        row_a, row_b = self.weights.row(a)[1][at_a], self.weights.row(b)[1][at_b]
        return row_a.astype(np.float64) * row_b / self._divisor(a, b) if len(at_a) else np.empty(0)

    def _common(
        self, a: int, b: int
    ) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64]], NDArray[np.int32]]:
        """Return the places in both rows of the columns that both have, and these columns."""
        of_a, of_b = self.weights.row(a)[0], self.weights.row(b)[0]
        if not len(of_a):
            return (np.empty(0, np.int64), np.empty(0, np.int64)), of_a
        place = of_a.searchsorted(of_b)  # columns are ascending
        at_b = np.flatnonzero(of_a.take(place, mode="clip") == of_b)
        return (place[at_b], at_b), of_b[at_b]

    def _divisor(self, a: int, b: int) -> float:
        return float(np.sqrt(self._squares[a]) / self._shared_weight * self._denominators[b])

    def _predicted_part(self, a: int, b: int) -> float:
        """Return what predicted listening adds to the affinity from a to b."""
        if not self.prediction:
            return 0.0
        return self.prediction.between(a, b) * float(self._predicted_scale[b])

    @property
    def _shared_weight(self) -> float:
        return 1 - self.prediction.weight if self.prediction else 1.0

    @cached_property
    def _predicted_scale(self) -> NDArray[np.float32]:
        """Factor of what is predicted, for each answer: lower for items with few labels."""
        assert self.prediction is not None
        lengths = np.maximum(self._squares + self.norm_floor**2, np.finfo(np.float64).tiny)
        return (self.prediction.weight * np.sqrt(self._squares) / lengths ** (self.beta / 2)).astype(
            np.float32
        )

    def _sources(self, entries: NDArray[np.int64]) -> list[str]:
        experts, people = self.experts[entries] > 0, self.people[entries] > 0
        either = np.where(experts, c.EXPERT, c.CROWD)
        return [str(name) for name in np.where(experts & people, f"{c.EXPERT} and {c.CROWD}", either)]

    @cached_property
    def _squares(self) -> NDArray[np.float64]:
        """Square of the length of each item's row."""
        return self._row_sums(self.weights.data.astype(np.float64) ** 2)

    def _row_sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum of one value per entry in each item's row."""
        return np.bincount(self.weights.entry_rows(), values, self.weights.shape[0]).astype(np.float64)

    @cached_property
    def _query_rows(self) -> CSR:
        """Rows of queries, of length 1."""
        return self._scaled(np.sqrt(self._squares))

    @cached_property
    def _answer_rows(self) -> CSR:
        """Rows of answers: which labels each item carries, and what that is worth."""
        return self._scaled(self._denominators / self._shared_weight)

    @cached_property
    def _postings(self) -> CSR:
        """The inverted index: who carries each label, and what that is worth."""
        return self._answer_rows.transpose()

    @cached_property
    def _denominators(self) -> NDArray[np.float64]:
        """What the affinity to each item is divided by."""
        return np.asarray((self._squares + self.norm_floor**2) ** (self.beta / 2))

    def _scaled(self, divisor: NDArray[np.float64]) -> CSR:
        inverse = np.where(self.known, 1 / np.where(self.known, divisor, 1), 0)
        weights = self.weights
        return weights.with_data((weights.data * inverse[weights.entry_rows()]).astype(np.float32))


_SHARED: Final = {
    c.FACET: pl.String(),
    c.LABEL: pl.String(),
    CONTRIBUTION: pl.Float64(),
    "source_a": pl.String(),
    "source_b": pl.String(),
    "people_a": pl.Int32(),
    "people_b": pl.Int32(),
}


def _numpy_scores(
    offsets: NDArray[np.int64],
    columns: NDArray[np.int32],
    values: NDArray[np.float32],
    item_offsets: NDArray[np.int64],
    items: NDArray[np.int32],
    item_values: NDArray[np.float32],
    queries: NDArray[np.int32],
    scores: NDArray[np.float32],
) -> None:
    """Do what :func:`tigertail.signals.annotation.kernels.sum_shared` does, in the same order of sums."""
    for place, query in enumerate(queries):
        row = scores[place]
        for entry in range(offsets[query], offsets[query + 1]):
            carriers = slice(*item_offsets[columns[entry] : columns[entry] + 2])
            row[items[carriers]] += values[entry] * item_values[carriers]
