"""The mixture of signals, which is a signal again.

    aff(A -> B) = n_B^-beta  sum_i W_i(A) aff_i(A -> B)

(P. Hamel, "To Have a Tiger by the Tail", section 3.1.) aff_i is a signal on the scale of
:mod:`tigertail.mixing.calibration`: the probability that the next item of a listener of A is B. W_i depends on how
many listeners A has (:class:`tigertail.mixing.parameters.MixtureParameters`), is not negative, and sums to 1 over the
signals that know A. beta is the popularity exponent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from tigertail.mixing.calibration import PopularityFeatures, calibrate
from tigertail.mixing.parameters import MixtureParameters
from tigertail.signals.contract import Arrays, Contributions, GroupAware, ListenerGroups, Signal

Floats = NDArray[np.float32]
Calibrated = tuple[int, NDArray[np.int64], Floats, Floats, NDArray[np.bool_]]
"""Of a part that knows some queries: its place, their rows, its weights, its probabilities, and where it has data."""


@dataclass(frozen=True, eq=False)
class Mixture:
    """Signals added on one scale, with weights that depend on the query.

    Parameters
    ----------
    parts
        The signals, by name; the parameters were learned from all of them.
    parameters
        Calibration and weights.
    listeners
        Listeners of each item; int64, (items,).
    beta
        Popularity exponent.
    """

    parts: Mapping[str, Signal]
    parameters: MixtureParameters
    listeners: NDArray[np.int64]
    beta: float

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Items that any part knows."""
        return np.asarray(self._knows.any(axis=1))

    def affinity(self, queries: NDArray[np.int32]) -> Floats:
        """Return the affinity from each query to every item; float32, (queries, items)."""
        queries = np.asarray(queries, np.int32)
        return self._sum(len(queries), self._calibrated(queries))

    def affinity_with_contributions(self, queries: NDArray[np.int32]) -> tuple[Floats, Contributions]:
        """Return what :meth:`affinity` does, and what each part adds to it without computing the parts again.

        Returns
        -------
        affinity
            Float32, (queries, items).
        contributions
            Of the place of a query and of items, as :meth:`contributions` returns them.
        """
        parts = list(self._calibrated(np.asarray(queries, np.int32)))
        return self._sum(len(queries), parts), lambda row, items: self._added(parts, row, items)

    def contributions(
        self, query: int, items: NDArray[np.int32]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return what each part adds to the affinity from a query to some items, and where it has data.

        Returns
        -------
        contributions
            Sums to the affinity over parts; float64, (parts, items).
        spoke
            False where a part has no data about the pair, and adds the popularity prior alone; bool,
            (parts, items).
        """
        return self._added(self._calibrated(np.array([query], np.int32)), 0, items)

    def weights(self, queries: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return W of each part for each query; float64, (queries, parts)."""
        return self.weights_at(self.listeners[queries], self._knows[queries])

    def weights_at(self, listeners: NDArray[np.int64], knows: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return W of each part for queries with so many listeners; float64, (queries, parts)."""
        return self.parameters.weights_at(list(self.parts), listeners, knows)

    def disable(self, names: Collection[str]) -> Self:
        """Return the mixture without some parts; the weights of the others sum to 1 again."""
        return replace(self, parts={name: part for name, part in self.parts.items() if name not in names})

    @property
    def listener_groups(self) -> ListenerGroups | None:
        """The groups of the first part that has any."""
        groups = (part.listener_groups for part in self.parts.values() if isinstance(part, GroupAware))
        return next((one for one in groups if one is not None), None)

    def with_beta(self, beta: float) -> Self:
        """Return the mixture with another popularity exponent."""
        return replace(self, beta=beta)

    def with_parts(self, signals: Mapping[str, Signal], listeners: NDArray[np.int64]) -> Self:
        """Return the mixture with the same parameters and other signals of the same names as parts."""
        parts = {name: signals[name] for name in self.parts if name in signals}
        return replace(self, parts=parts, listeners=listeners)

    def localised_by_group(self, groups: Sequence[int], strength: float | None = None) -> Self:
        """Return the mixture as listeners of some groups would have it; no group means no lens."""
        return self._localised(lambda part: part.localised_by_group(groups, strength))

    def localised(self, place: str, strength: float | None = None) -> Self:
        """Return the mixture as listeners of a country or region, or the region around it, would have it."""
        return self._localised(lambda part: part.localised(place, strength))

    def to_arrays(self) -> tuple[Arrays, dict[str, Any]]:
        """Return what is kept on disk beside the parts."""
        arrays, settings = self.parameters.to_arrays()
        return arrays | {"listeners": self.listeners}, {
            "parameters": settings,
            "parts": list(self.parts),
            "beta": self.beta,
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: Mapping[str, Any], signals: Mapping[str, Signal]) -> Self:
        """Make the mixture of what was kept on disk, and the signals of the same model."""
        stored: Any = arrays
        parts = {name: signals[name] for name in settings["parts"]}
        return cls(
            parts,
            MixtureParameters.from_arrays(arrays, settings["parameters"]),
            stored["listeners"],
            settings["beta"],
        )

    def _sum(self, queries: int, parts: Iterable[Calibrated]) -> Floats:
        scores = np.zeros((queries, len(self.listeners)), np.float32)
        covered = np.zeros(scores.shape, np.bool_)
        for _, rows, weights, affinities, spoken in parts:
            scores[rows] += weights * affinities
            covered[rows] |= spoken
        scores *= self._gain
        scores[~covered] = -np.inf
        return scores

    def _added(
        self, parts: Iterable[Calibrated], row: int, items: NDArray[np.int32]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        added = np.zeros((len(self.parts), len(items)))
        spoke = np.zeros(added.shape, np.bool_)
        for place, rows, weights, affinities, spoken in parts:
            for at in np.flatnonzero(rows == row).tolist():
                added[place] = weights[at] * affinities[at, items].astype(np.float64)
                spoke[place] = spoken[at, items]
        return added * self._gain[items], spoke

    def _calibrated(self, queries: NDArray[np.int32]) -> Iterator[Calibrated]:
        """Yield of each part that knows a query its place, rows, weights, probabilities, and where it has data."""
        weights = self.weights(queries)
        listeners = self.listeners[queries]
        for place, (name, part) in enumerate(self.parts.items()):
            rows = np.flatnonzero(weights[:, place] > 0)
            if not len(rows):
                continue
            affinities = np.array(part.affinity(queries[rows]), np.float32)
            spoken = affinities > -np.inf
            calibrate(
                affinities,
                queries[rows],
                self.parameters.terms(name, listeners[rows]),
                self._popularity_features,
            )
            yield place, rows, weights[rows, place, None].astype(np.float32), affinities, spoken

    def _localised(self, localise: Callable[[GroupAware], Signal]) -> Self:
        parts = {
            name: localise(part) if isinstance(part, GroupAware) else part
            for name, part in self.parts.items()
        }
        return replace(self, parts=parts)

    @cached_property
    def _knows(self) -> NDArray[np.bool_]:
        """Which part knows which item; bool, (items, parts)."""
        unknown = np.zeros((len(self.listeners), 0), np.bool_)
        return np.column_stack([unknown, *(part.known for part in self.parts.values())])

    @cached_property
    def _gain(self) -> Floats:
        return np.asarray(np.maximum(self.listeners, 1) ** -float(self.beta), np.float32)

    @cached_property
    def _popularity_features(self) -> PopularityFeatures:
        return PopularityFeatures.of(self.listeners)
