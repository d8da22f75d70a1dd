"""The mixture of signals, which is a signal again.

    log aff(A -> B) = sum_j c_j(A) f_j(A, B) - beta(A) (log(n_B + 3) + (1 - t) log(m_B / n_B)) - log Z(A)

(P. Hamel, "To Have a Tiger by the Tail", section 3.1, whose weighted sum is here one of log affinities: two things are
alike where signals agree.) f_j are the terms of :mod:`tigertail.mixing.terms`, c_j their coefficients, which depend on
the query (:class:`tigertail.mixing.parameters.MixtureParameters`) as the exponent beta(A) does, n_B are the listeners
of B, m_B those it would have if all could hear it (:meth:`~tigertail.dataset.exposure.Exposure.adjusted_listeners`), t
is the character. Z makes the sum over all items but A 1 before popularity is divided out and the affinity to items that
no part has data about becomes ``-inf``: at an exponent of 0 aff is the probability that another item of a listener of A
is B (taste), or that B is listed as similar to A (kinship), or between them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from tigertail.kernels import one_query_in_numpy
from tigertail.mixing.candidates import NOT_REPLACED, Candidates, Replaced, rank, stored_contributions
from tigertail.mixing.parameters import MixtureParameters
from tigertail.mixing.scale import less_confident, scale_of, scales
from tigertail.mixing.scoring import AtLevels, TermCoefficients, inverses, mixed, term_places
from tigertail.mixing.terms import OVERLAP_SHARE, PopularityFeatures, curves
from tigertail.signals.contract import (
    Arrays,
    Contributions,
    GroupAware,
    ListenerGroups,
    LocalisedAtItems,
    Signal,
    has_capability,
)

Floats = NDArray[np.float32]
Reals = NDArray[np.float64]

WEAK_LENS: Final = 0.5
"""Strength of a lens up to which the candidates hold: their recall is in docs/performance.md."""
AT_A_TIME: Final = 2**20  # affinities of the mixture worked out at a time, with as many of each part


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
    adjusted_listeners
        Listeners that each item would have if all could hear it; float64, (items,).
    beta
        Popularity exponent, of a query of middling popularity and at a character of 0
        (:mod:`tigertail.mixing.parameters`).
    character
        Between taste, 0, what its listeners also play, and kinship, 1, what is alike.
    candidates
        Candidates of every item; None where answers are searched among all items.
    localised_part
        The part with a lens; "" for none.
    """

    parts: Mapping[str, Signal]
    parameters: MixtureParameters
    listeners: NDArray[np.int64]
    adjusted_listeners: Reals
    beta: float
    character: float
    candidates: Candidates | None = None
    localised_part: str = ""

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

        All is kept in memory at once, since what a part adds needs its affinities: it is for few queries.

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

    def contributions_from(
        self, coefficients: Reals, affinities: Floats, scale: Floats
    ) -> tuple[Reals, NDArray[np.bool_]]:
        """Return what :meth:`contributions` does, from what the parts have.

        Parameters
        ----------
        coefficients
            Of every term, for the query; float64, (terms,).
        affinities
            Affinities of each part to the items, ``-inf`` where it has no data; float32, (parts, items).
        scale
            The query's scale in each part; float32, (parts,).
        """
        places = term_places(self.parameters.terms, tuple(self.parts))
        curve = np.array(curves(affinities, scale[:, None]), np.float64)
        added = (coefficients.take(places.curves.T)[:, :, None] * curve).sum(axis=0)
        for (one, other), columns in zip(places.pairs.tolist(), places.products, strict=True):
            shared = OVERLAP_SHARE * (coefficients.take(columns) @ (curve[:, one] * curve[:, other]))
            added[one] += shared
            added[other] += shared
        return added, affinities > -np.inf

    def weights(self, queries: NDArray[np.int32]) -> Reals:
        """Return the weight of each part for each query; float64, (queries, parts)."""
        return self.weights_at(self.listeners[queries], self._has_data[queries])

    def weights_at(self, listeners: NDArray[np.int64], has_data: NDArray[np.bool_]) -> Reals:
        """Return the weight of each part for queries with so many listeners.

        The weight is a part's share of the log affinity to an item whose affinity is the query's scale in every part
        (:mod:`tigertail.mixing.scale`). A part that lowers this one has a weight of 0.

        Parameters
        ----------
        listeners
            Listeners of each query; int64, (queries,).
        has_data
            Whether a part has data about a query; bool, (queries, parts).

        Returns
        -------
        NDArray[np.float64]
            Not negative; rows sum to 1, or are 0 where no part with data adds anything; float64, (queries, parts).
        """
        logs = self.parameters.log_multipliers(listeners, self._among_all(has_data), self.character)
        logs = np.maximum(logs[:, self._places], 0)
        total = logs.sum(axis=1, keepdims=True)
        return np.asarray(logs / np.where(total > 0, total, 1))

    def disable(self, names: Collection[str]) -> Self:
        """Return the mixture without some parts, with the coefficients that were learned for their absence."""
        localised = "" if self.localised_part in names else self.localised_part
        parts = {name: part for name, part in self.parts.items() if name not in names}
        return self._with(parts=parts, localised_part=localised)

    @property
    def listener_groups(self) -> ListenerGroups | None:
        """The groups of the first part that has any."""
        groups = (part.listener_groups for part in self.parts.values() if has_capability(part, GroupAware))
        return next((one for one in groups if one is not None), None)

    def best_candidates(
        self, queries: NDArray[np.int32], n: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int32], Floats, NDArray[np.bool_]]:
        """Do what :meth:`tigertail.signals.contract.HasCandidates.best_candidates` says."""
        return self._candidate_block(queries).best(n, allowed)

    def best_candidates_with_contributions(
        self, queries: NDArray[np.int32], n: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int32], Floats, NDArray[np.bool_], Contributions]:
        """Return what :meth:`best_candidates` does, and what each part adds without working it out again."""
        block = self._candidate_block(queries)
        return *block.best(n, allowed), block.contributions

    def _candidate_block(self, queries: NDArray[np.int32]) -> _CandidateBlock:
        """Work out what ranking the candidates of some queries needs."""
        assert self.candidates is not None
        queries, names = np.asarray(queries, np.int32), list(self.parts)
        has_data = self.candidates.known_by(queries, names)
        replaced, scale = self._through_lens(queries)
        coefficients = self._coefficients(queries, has_data)
        return _CandidateBlock(self, self.candidates, names, queries, has_data, coefficients, scale, replaced)

    def _through_lens(self, queries: NDArray[np.int32]) -> tuple[Replaced, Floats]:
        """Return the affinities that a lens changes, at the entries of some queries, and the queries' scales."""
        assert self.candidates is not None
        candidates, names = self.candidates, list(self.parts)
        scale = candidates.scales_of(queries, names)
        if not self.localised_part:
            return NOT_REPLACED, scale
        place, part = names.index(self.localised_part), self.parts[self.localised_part]
        assert has_capability(part, LocalisedAtItems)
        rows = [candidates.row(int(query), [self.localised_part]) for query in queries]
        starts = np.concatenate([[0], np.cumsum([len(codes) for codes, _ in rows])]).astype(np.int64)
        values = part.localised_affinity(
            queries,
            starts,
            np.concatenate([codes for codes, _ in rows]),
            np.concatenate([affinities[0] for _, affinities in rows]),
        )
        for row, query in enumerate(queries.tolist()):
            first = starts[row]
            scale[row, place] = scale_of(values[first : first + candidates.sizes[query]])
        return Replaced(place, starts, values), scale

    @property
    def has_candidates(self) -> bool:
        """Whether it has candidates for what is asked: a weak lens, or one part disabled, not both."""
        if self.candidates is None:
            return False
        return len(self.candidates.parts) - len(self.parts) + bool(self.localised_part) <= 1

    def with_beta(self, beta: float) -> Self:
        """Return the mixture with another popularity exponent."""
        return self._with(beta=beta)

    def with_character(self, character: float) -> Self:
        """Return the mixture with another place between taste, 0, and kinship, 1."""
        return self._with(character=character)

    def with_parts(
        self, signals: Mapping[str, Signal], listeners: NDArray[np.int64], adjusted_listeners: Reals
    ) -> Self:
        """Return the mixture with other signals as parts, the same parameters, no candidates and no lens.

        A part whose name no signal has is left out, as :meth:`disable` does.
        """
        return replace(
            self,
            parts={name: signals[name] for name in self.parts if name in signals},
            listeners=listeners,
            adjusted_listeners=adjusted_listeners,
            candidates=None,
            localised_part="",
        )

    def localised_by_group(self, groups: Sequence[int], strength: float | None = None) -> Self:
        """Return the mixture as listeners of some groups would have it; no group means no lens."""
        return self._localised(lambda part: part.localised_by_group(groups, strength), strength)

    def localised(self, place: str, strength: float | None = None) -> Self:
        """Return the mixture as listeners of a country or region, or the region around it, would have it."""
        return self._localised(lambda part: part.localised(place, strength), strength)

    def to_arrays(self) -> tuple[Arrays, dict[str, Any]]:
        """Return what is kept on disk beside the parts; candidates only of these parts and this character."""
        arrays, settings = self.parameters.to_arrays()
        candidates = self.candidates
        if candidates is not None and (candidates.parts, candidates.character) != (
            tuple(self.parts),
            self.character,
        ):
            candidates = None
        if candidates is not None:
            arrays |= candidates.to_arrays()
        return arrays | {"listeners": self.listeners, "adjusted_listeners": self.adjusted_listeners}, {
            "parameters": settings,
            "parts": list(self.parts),
            "candidates": candidates is not None,
            "beta": self.beta,
            "character": self.character,
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: Mapping[str, Any], signals: Mapping[str, Signal]) -> Self:
        """Make the mixture of what was kept on disk, and the signals of the same model."""
        stored: Any = arrays
        return cls(
            _Named(signals, settings["parts"]),
            MixtureParameters.from_arrays(arrays, settings["parameters"]),
            stored["listeners"],
            stored["adjusted_listeners"],
            settings["beta"],
            settings["character"],
            Candidates.from_arrays(stored, tuple(settings["parts"]), settings["character"])
            if settings["candidates"]
            else None,
        )

    def _block(self, queries: NDArray[np.int32]) -> _Block:
        """Work out the affinities of some queries, keeping each part's."""
        affinities, has_data, scale = self.parts_affinities(queries)
        return _Block(self, queries, affinities, has_data, scale)

    def parts_affinities(self, queries: NDArray[np.int32]) -> tuple[Floats, NDArray[np.bool_], Floats]:
        """Return what each part has for some queries.

        Returns
        -------
        affinities
            To every item; not set where a part has no data about the query; float32, (queries, parts, items).
        has_data
            Whether a part has data about the query; bool, (queries, parts).
        scale
            The query's scale in each part; float32, (queries, parts).
        """
        has_data = self._has_data[queries]
        affinities = np.empty((len(queries), len(self.parts), len(self.listeners)), np.float32)
        scale = np.ones(has_data.shape, np.float32)
        for place, part in enumerate(self.parts.values()):
            rows = np.flatnonzero(has_data[:, place])
            if len(rows):
                of_part = part.affinity(queries[rows])
                affinities[rows, place] = of_part
                scale[rows, place] = less_confident(scales(of_part, queries[rows]), part, queries[rows])
        return affinities, has_data, scale

    def parts_with_data(self, queries: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return whether each part has data about some queries; bool, (queries, parts)."""
        return np.asarray(self._has_data[queries])

    def term_coefficients(self, queries: NDArray[np.int32], has_data: NDArray[np.bool_]) -> TermCoefficients:
        """Return the coefficients of the terms for some queries, of which parts have data or not."""
        return self._laid_out(self._coefficients(queries, has_data))

    def _coefficients(self, queries: NDArray[np.int32], has_data: NDArray[np.bool_]) -> Reals:
        """Return the coefficient of each term for some queries; float64, (queries, terms)."""
        among = self._among_all(has_data)
        return self.parameters.coefficients(self.listeners[queries], among, self.character)

    def _laid_out(self, coefficients: Reals) -> TermCoefficients:
        """Return the coefficients of some queries as the kernels take them."""
        return TermCoefficients.of(self.parameters.terms, list(self.parts), coefficients)

    def _at_levels(self, queries: NDArray[np.int32], coefficients: TermCoefficients) -> AtLevels:
        """Return what popularity alone makes of items for some queries."""
        exponents = self.parameters.exponents(self.listeners[queries], self.beta, self.character)
        return AtLevels.of(coefficients.of_items, exponents, self.popularity_features, self.character)

    def _among_all(self, has_data: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return what parts have data as columns of all signals that the parameters know; a disabled one has none."""
        among = np.zeros((len(has_data), len(self.parameters.terms.signals)), np.bool_)
        among[:, self._places] = has_data
        return among

    @property
    def _places(self) -> list[int]:
        return [self.parameters.terms.signals.index(name) for name in self.parts]

    def _with(self, **changes: Any) -> Self:
        """Return the mixture asked otherwise; what depends on the items alone is not computed again."""
        other = replace(self, **changes)
        other.__dict__["popularity_features"] = self.popularity_features
        return other

    def _localised(self, localise: Callable[[GroupAware], Signal], strength: float | None) -> Self:
        parts = {
            name: localise(part) if has_capability(part, GroupAware) else part
            for name, part in self.parts.items()
        }
        other = [name for name, part in parts.items() if part is not self.parts[name]]
        at_items = [name for name in other if has_capability(parts[name], LocalisedAtItems)]
        groups = self.listener_groups
        strong = groups is not None and (groups.lens_strength if strength is None else strength) > WEAK_LENS
        with_lens = [name for name in at_items if _has_lens(parts[name])]
        # Candidates have the place of one replaced part; what cannot look at a few items alone must look at all.
        able = len(at_items) <= 1 and at_items == other and not (strong and with_lens)
        return self._with(
            parts=parts,
            candidates=self.candidates if able else None,
            localised_part=with_lens[0] if with_lens else "",
        )

    @cached_property
    def _has_data(self) -> NDArray[np.bool_]:
        """Which part has data about which item; bool, (items, parts)."""
        none = np.zeros((len(self.listeners), 0), np.bool_)
        return np.column_stack([none, *(part.known for part in self.parts.values())])

    @cached_property
    def popularity_features(self) -> PopularityFeatures:
        """The terms of items alone, and what divides out their popularity."""
        return PopularityFeatures.of(self.listeners, self.adjusted_listeners, self.parameters.listener_floor)


def _has_lens(part: Signal) -> bool:
    return has_capability(part, LocalisedAtItems) and part.is_localised


class _Named(Mapping[str, Signal]):
    """Some of the signals of a model, by name; each is read when it is first asked, which candidates seldom need."""

    def __init__(self, signals: Mapping[str, Signal], names: Sequence[str]) -> None:
        self._signals = signals
        self._names = tuple(names)

    def __getitem__(self, name: str) -> Signal:
        """Return a signal."""
        if name not in self._names:
            raise KeyError(name)
        return self._signals[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._names)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._names)


@dataclass(frozen=True, eq=False)
class _Block:
    """Some queries, and what each part has for them: ``affinities`` and ``scale`` are read where it has data."""

    mixture: Mixture
    queries: NDArray[np.int32]
    affinities: Floats
    has_data: NDArray[np.bool_]
    scale: Floats

    @cached_property
    def scores(self) -> Floats:
        """The affinities; float32, (queries, items)."""
        mixture = self.mixture
        coefficients = mixture.term_coefficients(self.queries, self.has_data)
        return mixed(
            self.affinities,
            self.has_data,
            inverses(self.scale),
            coefficients,
            mixture._at_levels(self.queries, coefficients),
            mixture.popularity_features.level,
            self.queries,
        )

    def contributions(self, row: int, items: NDArray[np.int32]) -> tuple[Reals, NDArray[np.bool_]]:
        """Return what :meth:`Mixture.contributions` does."""
        affinities = np.where(
            self.has_data[row, :, None], self.affinities[row][:, items], np.float32(-np.inf)
        )
        [coefficients] = self.mixture._coefficients(self.queries[[row]], self.has_data[[row]])
        return self.mixture.contributions_from(coefficients, affinities, self.scale[row])


@dataclass(frozen=True, eq=False)
class _CandidateBlock:
    """Some queries that are answered from their candidates, and what ranking these needs.

    ``coefficients`` are those of every term, ``replaced`` and ``scale`` what a lens makes of the affinities.
    """

    mixture: Mixture
    candidates: Candidates
    names: list[str]
    queries: NDArray[np.int32]
    has_data: NDArray[np.bool_]
    coefficients: Reals
    scale: Floats
    replaced: Replaced

    @cached_property
    def laid_out(self) -> TermCoefficients:
        """The coefficients as the kernels take them."""
        return self.mixture._laid_out(self.coefficients)

    @cached_property
    def inverse(self) -> Floats:
        """What affinities are multiplied by; float32, (queries, parts, bends)."""
        return inverses(self.scale)

    def best(
        self, n: int, allowed: NDArray[np.bool_] | None
    ) -> tuple[NDArray[np.int32], Floats, NDArray[np.bool_]]:
        """Return what :meth:`Mixture.best_candidates` does."""
        return rank(
            self.candidates,
            self.names,
            self.queries,
            self.has_data,
            self.laid_out,
            self.mixture._at_levels(self.queries, self.laid_out),
            self.inverse,
            self.mixture.popularity_features.level,
            n,
            allowed,
            self.mixture.character,
            self.replaced,
        )

    def contributions(self, row: int, items: NDArray[np.int32]) -> tuple[Reals, NDArray[np.bool_]]:
        """Return what :meth:`Mixture.contributions` does, for candidates of a query."""
        query = int(self.queries[row])
        if self.replaced.part < 0 and not one_query_in_numpy(len(self.queries)):
            return stored_contributions(
                self.candidates, self.names, query, row, items, self.laid_out, self.inverse
            )
        codes, affinities = self.candidates.row(query, self.names)
        if self.replaced.part >= 0:
            entries = slice(*self.replaced.starts[row : row + 2])
            affinities[self.replaced.part] = self.replaced.values[entries]
        place = np.searchsorted(codes[: self.candidates.sizes[query]], items)
        return self.mixture.contributions_from(self.coefficients[row], affinities[:, place], self.scale[row])
