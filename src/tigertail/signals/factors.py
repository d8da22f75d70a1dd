"""Affinity from factors: the angle between two items' vectors, and a popularity exponent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, Self, cast

import numpy as np
from numpy.typing import NDArray

from tigertail.signals.clusters import BY_LENGTH, ClusteredVectors
from tigertail.signals.contract import Arrays
from tigertail.signals.directions import lengths
from tigertail.signals.dot_products import blocks, dots, dots_at, largest_dots
from tigertail.signals.evidence import NO_EVIDENCE, Evidence
from tigertail.signals.remap import ItemRemap

_NEAR: Final = 0.5  # least cosine of similar items: an angle of 60 degrees
_ALIKE: Final = Evidence.of("similar_taste")


@dataclass(frozen=True, eq=False)
class FactorAffinity:
    """Directed affinity between item vectors.

    aff(A -> B) = y_A . y_B / (|y_A| |y_B|^beta)

    With beta = 1 it is the cosine, which favours obscure items. With beta = 0 the length of y_B, which grows
    with B's popularity, counts in full, and favours popular items.

    Parameters
    ----------
    vectors
        Item vectors; float32, (items, factors). An item without data has the vector 0.
    beta
        Popularity exponent.
    """

    vectors: NDArray[np.float32]
    beta: float = 0.5

    def with_beta(self, beta: float) -> Self:
        """Return the signal with another popularity exponent."""
        return replace(self, beta=beta)

    def reindexed(self, to: ItemRemap) -> Self:
        """Return the signal with its items under new codes; new items are unknown to it."""
        return replace(self, vectors=to.move(self.vectors))

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Items with a vector."""
        return np.asarray(self._lengths > 0)

    def to_arrays(self) -> tuple[Arrays, dict[str, Any]]:
        """Return what is kept on disk."""
        return {"vectors": self.vectors}, {"beta": self.beta}

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: Mapping[str, Any]) -> Self:
        """Make the signal of what was kept on disk."""
        return cls(cast("NDArray[np.float32]", arrays["vectors"]), settings["beta"])

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the affinity from each query to every item; float32, (queries, items)."""
        directions = self.vectors[queries] * self._to_directions[queries, None]
        scores = dots(directions, self._answers, len(self.vectors))
        scores[:, ~self.known] = -np.inf
        scores[~self.known[queries]] = -np.inf
        return scores

    def best_of_all(
        self, queries: NDArray[np.int32], n: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return the best of all items; see :class:`~tigertail.signals.contract.RanksAll`."""
        listed = self.known if allowed is None else self.known & allowed
        codes = np.full((len(queries), n), -1, np.int32)
        scores = np.full((len(queries), n), -np.inf, np.float32)
        known = self.known[queries]
        asked = queries[known]
        directions = self.vectors[asked] * self._to_directions[asked, None]
        codes[known], scores[known] = largest_dots(directions, self._scaled, n, listed, asked)
        return codes, scores

    @property
    def finds_all(self) -> bool:
        """Whether :meth:`nearest` returns every item that it has data about."""
        return False

    def nearest(self, queries: NDArray[np.int32], n: int, band: NDArray[np.uint8]) -> NDArray[np.int32]:
        """Return items that can be the best answers; see :class:`~tigertail.signals.contract.Retrieves`."""
        clusters = self._clusters
        asked, theirs = self.vectors[queries], clusters.cluster_of[queries]
        return clusters.largest(asked, theirs, n, band, self._gain)

    def affinity_of_pairs(
        self, queries: NDArray[np.int32], starts: NDArray[np.int64], items: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        """Return the affinity from each query to some items; see :class:`~tigertail.signals.contract.Retrieves`."""
        directions = self.vectors[queries] * self._to_directions[queries, None]
        scores = dots_at(directions, self.vectors, self.known, starts, items)
        scores[~np.repeat(self.known[queries], np.diff(starts))] = -np.inf
        known = scores > -np.inf
        scores[known] *= self._gain[items[known]]  # 0 for the vector 0, and 0 times -inf is no number
        return scores

    def explain(self, query: int, items: NDArray[np.int32]) -> list[Evidence]:
        """Return that listeners have similar taste where the angle is small; nothing elsewhere."""
        lengths = self._to_directions
        cosines = np.einsum("ij,j->i", self.vectors[items], self.vectors[query], dtype=np.float64)
        near = cosines * lengths[items] * lengths[query] >= _NEAR
        return [_ALIKE if alike else NO_EVIDENCE for alike in near & (items != query)]

    @cached_property
    def _lengths(self) -> NDArray[np.float32]:
        return lengths(np.asarray(self.vectors, np.float32))

    @cached_property
    def _clusters(self) -> ClusteredVectors:
        return ClusteredVectors.of(self.vectors, BY_LENGTH)

    @cached_property
    def _answers(self) -> NDArray[np.float32]:
        return blocks(self._scaled)

    @cached_property
    def _scaled(self) -> NDArray[np.float32]:
        return np.asarray(self.vectors * self._gain[:, None], np.float32)

    @cached_property
    def _to_directions(self) -> NDArray[np.float32]:
        """Return 1 / |y|, and 0 for the vector 0."""
        return self._power(1.0)

    @cached_property
    def _gain(self) -> NDArray[np.float32]:
        """Return |y|^-beta, and 0 for the vector 0."""
        return self._power(self.beta)

    def _power(self, exponent: float) -> NDArray[np.float32]:
        """Return |y|^-exponent, and 0 for the vector 0."""
        lengths = np.where(self.known, self._lengths, 1.0)
        return np.where(self.known, lengths**-exponent, 0.0).astype(np.float32)
