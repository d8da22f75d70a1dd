"""The mixture of signals, which is a signal again.

    log aff(A -> B) = sum_j c_j(A) f_j(A, B) - beta(A) (log(n_B + 3) + (1 - t) log(m_B / n_B)) - log Z(A)

(P. Hamel, "To Have a Tiger by the Tail", section 3.1, whose weighted sum is here one of log affinities: two things are
alike where signals agree.) f_j are the terms of :mod:`tigertail.mixing.terms`, c_j what they count for a query
(:class:`tigertail.mixing.parameters.MixtureParameters`), as the exponent beta(A) does, n_B are the listeners of B, m_B
those it would have if all could hear it (:meth:`tigertail.dataset.exposure.Exposure.propensity`), t is the character.
Z makes the sum over all items 1 before popularity is divided out: at an exponent of 0 aff is the probability that the
next item of a listener of A is B (taste), or that B is listed as similar to A (kinship), or between them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from tigertail.mixing.parameters import MixtureParameters
from tigertail.mixing.terms import PopularityFeatures, Terms, curves, scales
from tigertail.signals.contract import Arrays, Contributions, GroupAware, ListenerGroups, Signal

Floats = NDArray[np.float32]
Reals = NDArray[np.float64]

AT_A_TIME: Final = 2**20  # affinities worked out at a time


@dataclass(frozen=True, eq=False)
class Mixture:
    """Signals whose log affinities are added, with coefficients that depend on the query.

    Parameters
    ----------
    parts
        The signals, by name; the parameters were learned from all of them.
    parameters
        Coefficients.
    listeners
        Listeners of each item; int64, (items,).
    propensity
        Listeners that each item would have if all could hear it; float64, (items,).
    beta
        Popularity exponent, of a query of middling popularity.
    character
        Between taste, 0, what people play next, and kinship, 1, what is alike.
    """

    parts: Mapping[str, Signal]
    parameters: MixtureParameters
    listeners: NDArray[np.int64]
    propensity: Reals
    beta: float
    character: float

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Items that any part has data about."""
        return np.asarray(self._has_data.any(axis=1))

    def affinity(self, queries: NDArray[np.int32]) -> Floats:
        """Return the affinity from each query to every item; float32, (queries, items)."""
        queries = np.asarray(queries, np.int32)
        scores = np.empty((len(queries), len(self.listeners)), np.float32)
        rows = max(1, AT_A_TIME // max(1, scores.shape[1]))
        for start in range(0, len(queries), rows):
            block = slice(start, start + rows)
            scores[block] = self._block(queries[block]).scores
        return scores

    def affinity_with_contributions(self, queries: NDArray[np.int32]) -> tuple[Floats, Contributions]:
        """Return what :meth:`affinity` does, and what each part adds without computing the parts again.

        Returns
        -------
        affinity
            Float32, (queries, items).
        contributions
            Of the place of a query and of items, as :meth:`contributions` returns them.
        """
        block = self._block(np.asarray(queries, np.int32))
        return block.scores, block.contributions

    def contributions(self, query: int, items: NDArray[np.int32]) -> tuple[Reals, NDArray[np.bool_]]:
        """Return what each part adds to the log affinity from a query to some items, and where it has data.

        Returns
        -------
        contributions
            Logarithms of factors. With the prior, which is the rest, they sum to the log affinity; a product of two
            parts' curves is shared by both; float64, (parts, items).
        has_data
            Whether a part has data about the pair; bool, (parts, items).
        """
        return self._block(np.array([query], np.int32)).contributions(0, items)

    def weights(self, queries: NDArray[np.int32]) -> Reals:
        """Return the weight of each part for each query; float64, (queries, parts)."""
        return self.weights_at(self.listeners[queries], self._has_data[queries])

    def weights_at(self, listeners: NDArray[np.int64], has_data: NDArray[np.bool_]) -> Reals:
        """Return the weight of each part for queries with so many listeners.

        The weight is a part's share of the log affinity to an item that is among the fifty best of all parts.

        Parameters
        ----------
        listeners
            Listeners of each query; int64, (queries,).
        has_data
            Whether a part has data about a query; bool, (queries, parts).

        Returns
        -------
        NDArray[np.float64]
            Not negative; rows sum to 1 where any part has data; float64, (queries, parts).
        """
        logs = self.parameters.log_multipliers(listeners, self._among_all(has_data), self.character)
        logs = np.maximum(logs[:, self._places], 0)
        total = logs.sum(axis=1, keepdims=True)
        return np.asarray(logs / np.where(total > 0, total, 1))

    def disable(self, names: Collection[str]) -> Self:
        """Return the mixture without some parts, with the coefficients that were learned for their absence."""
        return replace(self, parts={name: part for name, part in self.parts.items() if name not in names})

    @property
    def listener_groups(self) -> ListenerGroups | None:
        """The groups of the first part that has any."""
        groups = (part.listener_groups for part in self.parts.values() if isinstance(part, GroupAware))
        return next((one for one in groups if one is not None), None)

    def with_beta(self, beta: float) -> Self:
        """Return the mixture with another popularity exponent."""
        return replace(self, beta=beta)

    def with_character(self, character: float) -> Self:
        """Return the mixture with another place between taste, 0, and kinship, 1."""
        return replace(self, character=character)

    def with_parts(
        self, signals: Mapping[str, Signal], listeners: NDArray[np.int64], propensity: Reals
    ) -> Self:
        """Return the mixture with the same parameters and other signals of the same names as parts."""
        parts = {name: signals[name] for name in self.parts if name in signals}
        return replace(self, parts=parts, listeners=listeners, propensity=propensity)

    def localised_by_group(self, groups: Sequence[int], strength: float | None = None) -> Self:
        """Return the mixture as listeners of some groups would have it; no group means no lens."""
        return self._localised(lambda part: part.localised_by_group(groups, strength))

    def localised(self, place: str, strength: float | None = None) -> Self:
        """Return the mixture as listeners of a country or region, or the region around it, would have it."""
        return self._localised(lambda part: part.localised(place, strength))

    def to_arrays(self) -> tuple[Arrays, dict[str, Any]]:
        """Return what is kept on disk beside the parts."""
        arrays, settings = self.parameters.to_arrays()
        return arrays | {"listeners": self.listeners, "propensity": self.propensity}, {
            "parameters": settings,
            "parts": list(self.parts),
            "beta": self.beta,
            "character": self.character,
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: Mapping[str, Any], signals: Mapping[str, Signal]) -> Self:
        """Make the mixture of what was kept on disk, and the signals of the same model."""
        stored: Any = arrays
        return cls(
            {name: signals[name] for name in settings["parts"]},
            MixtureParameters.from_arrays(arrays, settings["parameters"]),
            stored["listeners"],
            stored["propensity"],
            settings["beta"],
            settings["character"],
        )

    def _block(self, queries: NDArray[np.int32]) -> _Block:
        """Work out the affinities of some queries, keeping each part's."""
        has_data, listeners = self._has_data[queries], self.listeners[queries]
        coefficients = self.parameters.coefficients(listeners, self._among_all(has_data), self.character)
        affinities: dict[str, Floats] = {}
        for place, (name, part) in enumerate(self.parts.items()):
            rows = np.flatnonzero(has_data[:, place])
            if not len(rows):
                continue
            found = part.affinity(queries[rows])
            if len(rows) < len(queries):
                known = found
                found = np.full((len(queries), len(self.listeners)), -np.inf, np.float32)
                found[rows] = known
            affinities[name] = found
        exponents = self.parameters.exponents(listeners, self.beta, self.character)
        popularity = self._popularity_features
        return _Block(
            list(self.parts),
            self.parameters.terms,
            queries,
            coefficients,
            exponents,
            affinities,
            {name: scales(found, queries) for name, found in affinities.items()},
            popularity,
            popularity.gains(self.character),
        )

    def _among_all(self, has_data: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return the same over all signals that the parameters were learned from."""
        among = np.zeros((len(has_data), len(self.parameters.terms.signals)), np.bool_)
        among[:, self._places] = has_data
        return among

    @property
    def _places(self) -> list[int]:
        return [self.parameters.terms.signals.index(name) for name in self.parts]

    def _localised(self, localise: Callable[[GroupAware], Signal]) -> Self:
        parts = {
            name: localise(part) if isinstance(part, GroupAware) else part
            for name, part in self.parts.items()
        }
        return replace(self, parts=parts)

    @cached_property
    def _has_data(self) -> NDArray[np.bool_]:
        """Which part has data about which item; bool, (items, parts)."""
        none = np.zeros((len(self.listeners), 0), np.bool_)
        return np.column_stack([none, *(part.known for part in self.parts.values())])

    @cached_property
    def _popularity_features(self) -> PopularityFeatures:
        return PopularityFeatures.of(self.listeners, self.propensity)


@dataclass(frozen=True, eq=False)
class _Block:
    """Some queries, what each part has for them, and what comes out."""

    names: list[str]
    terms: Terms
    queries: NDArray[np.int32]
    coefficients: Reals
    exponents: Reals
    affinities: dict[str, Floats]
    scales: dict[str, Floats]
    popularity: PopularityFeatures
    gains: Reals

    @cached_property
    def scores(self) -> Floats:
        """The affinities; float32, (queries, items)."""
        counted = self.coefficients
        row = np.arange(len(self.queries))
        # The terms of items alone are computed once for each popularity, not for each item.
        values = self.popularity.values
        levels = sum(
            counted[:, self.terms.of_items][:, place, None] * values[:, place]
            for place in range(values.shape[1])
        )
        heights = np.asarray(levels, np.float32).take(self.popularity.level, axis=1)
        covered = np.zeros(heights.shape, np.bool_)
        no_data = np.ones(heights.shape, np.bool_)
        shared: dict[str, list[Floats]] = {}  # curves that another signal's are multiplied by
        for name, found in self.affinities.items():
            has_data = found > -np.inf
            covered |= has_data
            if name in self.terms.others:
                no_data &= ~has_data
            place = np.flatnonzero(found > 0)  # cheaper to take by than a mask
            row_of = place // found.shape[1]
            curve = curves(found.take(place), self.scales[name][row_of])
            self._add(heights, place, row_of, self.terms.of_signal(name), curve)
            for pair in self._overlaps():
                if name not in pair:
                    continue
                [other] = {*pair} - {name}
                if other in shared:
                    products = [
                        one * whole.take(place) for one, whole in zip(curve, shared[other], strict=True)
                    ]
                    self._add(heights, place, row_of, self.terms.of_overlap(pair), products)
                else:
                    shared[name] = [_spread(one, place, found.shape) for one in curve]
        heights += np.where(no_data, counted[:, self.terms.no_data, None].astype(np.float32), np.float32(0))
        heights[row, self.queries] = -np.inf
        top = heights.max(axis=1, keepdims=True)
        powers = np.exp(heights - np.where(np.isfinite(top), top, 0))
        total = powers.sum(axis=1, keepdims=True, dtype=np.float64)
        scores = np.asarray(powers / np.where(total > 0, total, 1), np.float32)
        gains = (-self.exponents[:, None] * self.gains).astype(np.float32)
        scores *= np.exp(gains).take(self.popularity.level, axis=1)
        scores[~covered] = -np.inf
        return scores

    def contributions(self, row: int, items: NDArray[np.int32]) -> tuple[Reals, NDArray[np.bool_]]:
        """Return what :meth:`Mixture.contributions` does."""
        added = np.zeros((len(self.names), len(items)))
        has_data = np.zeros(added.shape, np.bool_)
        curve: dict[str, Reals] = {}
        for name, found in self.affinities.items():
            place = self.names.index(name)
            affinities = found[row, items]
            has_data[place] = affinities > -np.inf
            curve[name] = np.array(curves(affinities, self.scales[name][row]), np.float64)
            added[place] = self.coefficients[row, self.terms.of_signal(name)] @ curve[name]
        for pair in self._overlaps():
            shared = (
                self.coefficients[row, self.terms.of_overlap(pair)] @ (curve[pair[0]] * curve[pair[1]]) / 2
            )
            for name in pair:
                added[self.names.index(name)] += shared
        return added, has_data

    def _add(
        self,
        heights: Floats,
        place: NDArray[np.int64],
        row_of: NDArray[np.int64],
        terms: slice,
        values: Sequence[Floats],
    ) -> None:
        counted = self.coefficients[:, terms].astype(np.float32)
        heights.reshape(-1)[place] += sum(
            counted[row_of, number] * value for number, value in enumerate(values)
        )

    def _overlaps(self) -> list[tuple[str, str]]:
        return [pair for pair in self.terms.overlaps if all(name in self.affinities for name in pair)]


def _spread(values: Floats, place: NDArray[np.int64], shape: tuple[int, ...]) -> Floats:
    """Return values at their places, 0 elsewhere; float32, of a shape."""
    whole = np.zeros(shape, np.float32)
    whole.reshape(-1)[place] = values
    return whole
