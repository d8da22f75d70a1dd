"""Affinity between sounds: by distance or by cosine; and mutual proximity against hubs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, Literal, Self, cast

import numpy as np
from numpy.typing import NDArray

from tigertail.signals.audio.explain import SIMILAR_SOUND, similar_descriptors
from tigertail.signals.clusters import ClusteredVectors
from tigertail.signals.contract import Arrays
from tigertail.signals.dot_products import blocks, dots, dots_at
from tigertail.signals.evidence import NO_EVIDENCE, Evidence
from tigertail.signals.remap import ItemRemap

Reals = NDArray[np.float32]
Metric = Literal["nearness", "cosine"]

_SAMPLE: Final = 1_000  # items that an item's usual affinity is estimated from, at most
_BLOCK: Final = 256  # items at a time
_LEAST_DEVIATION: Final = np.float32(1e-6)  # where all affinities of an item are the same


@dataclass(frozen=True, eq=False)
class AudioAffinity:
    """Affinity between items by their sound.

    With v the vectors and d their dimensions the affinity s is the cosine, or the nearness 1 / (1 + |v_A - v_B|^2 / d).
    Given what is usual for each item, it becomes the mutual proximity: the probability that s is more than an
    affinity of A, times the probability that it is more than one of B:

        Phi((s - mean_A) / deviation_A) * Phi((s - mean_B) / deviation_B)

    (Schnitzer et al., "Local and global scaling reduce hubs in space", JMLR 2012, with independent normal
    distributions.) Both are symmetric, and popularity plays no part.

    Parameters
    ----------
    vectors
        What :func:`~tigertail.signals.audio.fit.fit_audio` predicts from each item's features, or these themselves
        where nothing is predicted; 0 without audio; float32, (items, dimensions).
    known
        Items with audio; bool, (items,).
    metric
        "nearness" or "cosine".
    usual
        Mean and deviation of each item's affinities; float32, (items, 2). Empty, (0, 2): no correction.
    descriptors
        Descriptors of each item's sound, each column close to a standard normal distribution; float32,
        (items, names). They play no part in the affinity.
    names
        Columns of the descriptors; () where none has a name for people, and in a signal that an older release kept.
    """

    vectors: Reals
    known: NDArray[np.bool_]
    metric: Metric
    usual: Reals
    descriptors: Reals = field(default_factory=lambda: np.empty((0, 0), np.float32))
    names: tuple[str, ...] = ()

    def reindexed(self, to: ItemRemap) -> Self:
        """Return the signal with its items under new codes; new items are unknown to it."""
        usual = to.move(self.usual) if len(self.usual) else self.usual
        descriptors = to.move(self.descriptors) if self.names else self.descriptors
        vectors, known = to.move(self.vectors), to.move(self.known)
        return replace(self, vectors=vectors, known=known, usual=usual, descriptors=descriptors)

    def to_arrays(self) -> tuple[Arrays, dict[str, Any]]:
        """Return what is kept on disk."""
        arrays: Arrays = {"vectors": self.vectors, "known": self.known, "usual": self.usual}
        if self.names:
            arrays["descriptors"] = self.descriptors
        return arrays, {"metric": self.metric, "names": list(self.names)}

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: Mapping[str, Any]) -> Self:
        """Make the signal of what was kept on disk."""
        return cls(
            cast("Reals", arrays["vectors"]),
            cast("NDArray[np.bool_]", arrays["known"]),
            settings["metric"],
            cast("Reals", arrays["usual"]),
            cast("Reals", arrays.get("descriptors", np.empty((0, 0), np.float32))),
            tuple(settings.get("names", ())),
        )

    def affinity(self, queries: NDArray[np.int32]) -> Reals:
        """Return the affinity from each query to every item; float32, (queries, items)."""
        scores = self._beside(queries, self)
        if len(self.usual):
            scores = _mutual(scores, self.usual[queries, None], self.usual[None])
        scores[:, ~self.known] = -np.inf
        scores[~self.known[queries]] = -np.inf
        return scores

    @property
    def finds_all(self) -> bool:
        """Whether :meth:`nearest` returns every item that it has data about."""
        return False

    def nearest(self, queries: NDArray[np.int32], n: int, band: NDArray[np.uint8]) -> NDArray[np.int32]:
        """Return items that can be the best answers; see :class:`~tigertail.signals.contract.Retrieves`.

        They are the nearest, and, where affinities are mutual proximities of cosines, those most above what is usual.
        """
        clusters = self._clusters
        asked = self._directions(queries) if self.metric == "cosine" else self.vectors[queries]
        theirs = np.where(self.known[queries], clusters.cluster_of[queries], -1).astype(np.int32)
        cosine = self.metric == "cosine"
        near = clusters.largest(asked, theirs, n, band, bias=self._bias)
        # A nearness is not linear in the product, as what follows needs.
        if not cosine or not len(self.usual):
            return near
        sharpness, less = self._unusual
        return np.hstack([near, clusters.largest(asked, theirs, n, band, sharpness, less)])

    def affinity_of_pairs(
        self, queries: NDArray[np.int32], starts: NDArray[np.int64], items: NDArray[np.int32]
    ) -> Reals:
        """Return the affinity from each query to some items; see :class:`~tigertail.signals.contract.Retrieves`."""
        asked = self._directions(queries) if self.metric == "cosine" else self.vectors[queries]
        scores = dots_at(asked, self._compared, self.known, starts, items)
        row = np.repeat(np.arange(len(queries)), np.diff(starts))
        scores[~self.known[queries][row]] = -np.inf
        if self.metric == "cosine" and not len(self.usual):
            return scores
        known = scores > -np.inf
        scores[known] = self._turned(scores[known], queries[row[known]], items[known])
        return scores

    def _turned(self, scores: Reals, queries: NDArray[np.int32], items: NDArray[np.int32]) -> Reals:
        """Return the affinities of some pairs from their products."""
        if self.metric == "nearness":
            scores = self._nearness(scores, self._squares[queries] + self._squares[items])
        if len(self.usual):
            scores = _mutual(scores, self.usual[queries], self.usual[items])
        return scores

    def explain(self, query: int, items: NDArray[np.int32]) -> list[Evidence]:
        """Return in what each item sounds like the query; nothing where it does so no more than items do on average."""
        scores, mean = self._beside_mean(query, items)
        near = (scores > mean) & (items != query)
        if not self.names:
            return [SIMILAR_SOUND if alike else NO_EVIDENCE for alike in near.tolist()]
        found = similar_descriptors(self.descriptors[query], self.descriptors[items], self.names)
        return [one if alike else NO_EVIDENCE for one, alike in zip(found, near.tolist(), strict=True)]

    def _beside_mean(self, query: int, items: NDArray[np.int32]) -> tuple[NDArray[np.floating[Any]], float]:
        """Return the affinity from an item to some others, and the mean of that to all others."""
        count = self._known_items - 1
        if not self.known[query] or count < 1:
            return np.full(len(items), -np.inf), np.inf
        if self.metric == "cosine" and not len(self.usual):  # then the mean is a product too
            own = self._directions(np.array([query], np.int32))[0].astype(np.float64)
            scores = np.where(self.known[items], self._directions(items) @ own, -np.inf)
            return scores, float((self._total_direction @ own - own @ own) / count)
        scores = self.affinity(np.array([query], np.int32))[0]
        others = self.known.copy()
        others[query] = False
        return scores[items], float(scores[others].mean(dtype=np.float64))

    def mutual(self) -> Self:
        """Return the signal with its affinities as mutual proximities."""
        known = np.flatnonzero(self.known).astype(np.int32)
        step = max(1, -(-len(known) // _SAMPLE))
        sample = known[::step]
        usual = np.zeros((len(self.known), 2), np.float32)
        one = replace(self, vectors=self.vectors[sample], known=self.known[sample])
        for start in range(0, len(known), _BLOCK):
            block = known[start : start + _BLOCK]
            scores = self._beside(block, one).astype(np.float64)
            usual[block] = np.column_stack([scores.mean(axis=1), scores.std(axis=1)])
        return replace(self, usual=usual)

    def _beside(self, queries: NDArray[np.int32], others: AudioAffinity) -> Reals:
        """Return how near each query is to the items of a signal over others; float32, (queries, others)."""
        asked = self._directions(queries) if self.metric == "cosine" else self.vectors[queries]
        scores = dots(asked, others._answers, len(others.vectors))
        if self.metric == "cosine":
            return scores
        return self._nearness(scores, self._squares[queries, None] + others._squares[None, :])

    def _nearness(self, products: Reals, squares: Reals) -> Reals:
        """Return the nearness of pairs from their products, and the sums of the squares of their lengths."""
        dimensions = np.float32(max(1, self.vectors.shape[1]))
        return np.asarray(1 / (1 + np.maximum(squares - 2 * products, 0) / dimensions), np.float32)

    @cached_property
    def _known_items(self) -> int:
        return int(np.count_nonzero(self.known))

    @cached_property
    def _squares(self) -> Reals:
        squares = np.empty(len(self.vectors), np.float32)
        for start in range(0, len(squares), _BLOCK):
            some = slice(start, start + _BLOCK)
            squares[some] = (self.vectors[some].astype(np.float64) ** 2).sum(axis=1)
        return squares

    @cached_property
    def _bias(self) -> Reals:
        """What is added to products, so that the largest are the nearest."""
        if self.metric == "cosine":
            return np.zeros(len(self.vectors), np.float32)
        return -self._squares * np.float32(0.5)

    @cached_property
    def _unusual(self) -> tuple[Reals, Reals]:
        """What products are multiplied by, and what is added, so that those most above what is usual are largest."""
        sharpness = (1 / np.maximum(self.usual[:, 1], _LEAST_DEVIATION)).astype(np.float32)
        return sharpness, -self.usual[:, 0] * sharpness

    def _directions(self, items: NDArray[np.integer[Any]] | slice) -> Reals:
        lengths = np.sqrt(self._squares[items])[:, None]
        return np.asarray(self.vectors[items] / np.where(lengths > 0, lengths, 1), np.float32)

    @cached_property
    def _total_direction(self) -> NDArray[np.float64]:
        return np.asarray(self._directions(np.flatnonzero(self.known)).sum(axis=0, dtype=np.float64))

    @cached_property
    def _compared(self) -> Reals:
        """The vectors that products are taken of: the directions for the cosine."""
        return self._directions(slice(None)) if self.metric == "cosine" else np.asarray(self.vectors)

    @cached_property
    def _clusters(self) -> ClusteredVectors:
        return ClusteredVectors.of(np.where(self.known[:, None], self._compared, np.float32(0)))

    @cached_property
    def _answers(self) -> Reals:
        return blocks(self._compared)


def _mutual(scores: Reals, usual_of_query: Reals, usual_of_item: Reals) -> Reals:
    """Return the mutual proximity of pairs from their affinities, and the mean and deviation usual for each end."""
    from scipy.special import ndtr

    above = [
        ndtr((scores - usual[..., 0]) / np.maximum(usual[..., 1], _LEAST_DEVIATION))
        for usual in (usual_of_query, usual_of_item)
    ]
    return np.asarray(above[0] * above[1], np.float32)
