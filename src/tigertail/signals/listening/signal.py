"""Co-listening by group of listeners: counts where listeners are many, a factor prior where they are few.

With g a group of listeners, n_u the items of a listener u, K_g(A, B) = sum of n_u^-a over the listeners u of g who play
both A and B, T_g(A) = sum of K_g(A, B) over B other than A, y the world's item vectors, y^g those of the group
(:mod:`tigertail.factorization.ridge`), and p the prior:

    s(A, B)          = the share of the listeners of A, weighted as in K, who could play B
    expected_g(A, B) = T_g(A) (y_A^g . y_B^g) / sum_C (y_A^g . y_C^g)    C other than A; 0 where the sum is not above 0
    aff_g(A -> B)    = (K_g(A, B) / s(A, B)^d + p expected_g(A, B)) / ((1 + p) T_g(A))
    W_g(A)           = (1 + p) T_g(A)
    aff(A -> B)      = m_B^-beta  sum_g W_g(A) aff_g(A -> B) / sum_g W_g(A)

m_B are the listeners that B would have if all could hear it, n_B if all can. aff_g is the probability that the next
item of a listener of A in g is B: the posterior mean under a Dirichlet prior whose centre is the group's own factor
model. With d = 1, listeners who could not play B are no evidence against it. With a = 0 every pair that was met counts
the same, with a = 1 every listener, as in a random walk (Cooper et al., "Random Walks in Recommender Systems", WWW
2014). The sum over groups is that of P. Hamel, "To Have a Tiger by the Tail" (section 3.2): the weight of a group grows
with the popularity of A there, that of B enters by the counts and by y_B^g, which is the world's y_B where the group
has few listeners of B. Listeners of no group form one more group, whose vectors are the world's.

Under a **lens** of strength s on a place L, with n_B^L its listeners of B, N_L all its listeners, and n_B^P and N_P
those of all groups together,

    K_L(A, B)  counts m = 1 + s n_A / e times: beside p in aff_L and W_L stands m instead of 1
    aff        is multiplied by  ((n_B^L + r) / (n_B^P N_L / N_P + r))^s

The more listeners A has, the more the lens relies on the listeners of L alone. An item with more listeners in L than
expected rises, one with fewer sinks, smoothed by r of them. Listeners of no group are left out of this comparison:
they may live in L. A lens is localisation: it re-weights the groups of a fitted model and needs no new fit.

In :class:`~tigertail.signals.listening.config.ListeningConfig` a is ``listener_exponent``, d ``exposure``, p ``prior``,
e ``lens_evidence`` and r ``lens_smoothing``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, Self, cast

import numpy as np
from numpy.typing import NDArray

from tigertail.dataset.exposure import Exposure
from tigertail.kernels import one_query_in_numpy
from tigertail.signals.clusters import BY_LENGTH, ClusteredVectors
from tigertail.signals.contract import Arrays
from tigertail.signals.dot_products import blocks, dots
from tigertail.signals.evidence import NO_EVIDENCE, Evidence
from tigertail.signals.listening.config import ListeningConfig
from tigertail.signals.listening.expectation import expected_at
from tigertail.signals.listening.explain import NO_COMMON_LISTENER, common_by_group, shared_listeners
from tigertail.signals.listening.groups import groups_of_place
from tigertail.signals.listening.kernels import (
    GroupVectors,
    PlayGraph,
    add_products,
    common_listeners,
    common_listeners_at,
    divide_at,
    expected_after,
    most_common,
    pairs_met,
    vectors_to_ask,
    world_vectors_to_ask,
)
from tigertail.signals.remap import ItemRemap
from tigertail.sparse import CSR

Floats = NDArray[np.float32]

# Chosen by the recall of the exact answers in worlds of artists and of tracks (benchmarks/large_world.py).
COMMON: Final = 1.5
"""Items with common listeners that are retrieved for each item that is wanted, and as many of those that the factors
expect most: where the query has few listeners, these are among the best of several signals together."""

LASTING: Final = (
    "known",
    "popularity",
    "adjusted_listeners",
    "_exposure",
    "_graph",
    "_group_vectors",
    "_laid_out",
    "_differences",
    "_grouped_listeners",
)
"""What is worked out once, for every popularity exponent and every lens: all of it, before the signal gets another one.
Clusters are not among it, since only what retrieves needs them."""


@dataclass(frozen=True)
class Lens:
    """Where the question is asked from.

    Parameters
    ----------
    groups
        Codes of the groups that stand for the place.
    strength
        From 0, no difference, to 1.
    """

    groups: tuple[int, ...]
    strength: float


@dataclass(frozen=True, eq=False)
class GroupedCoListening:
    """Affinity from listening, combined over groups of listeners.

    Parameters
    ----------
    keys
        The groups (see :class:`tigertail.signals.listening.groups.Groups`).
    fallback_of
        Places too small to stand alone, with the group their listeners went to.
    starts
        First listener of each group and of those of none, and the number of listeners; listeners are numbered
        group by group; int64, (groups + 2,).
    plays
        Listeners by items; the values are play counts, or of no interest.
    vectors
        The world's item vectors; float32, (items, factors).
    local_starts
        First row of each group in the two arrays that follow; int64, (groups + 1,).
    local_items
        Items with a vector of their own in a group, ascending within it; int32.
    local_vectors
        Those vectors; float32, (len(local_items), factors).
    config
        Settings.
    lens
        Where the question is asked from; None for nowhere.
    counted
        Whether the values of ``plays`` are play counts, without which nothing can be added to the model.
    exposure
        What each listener could have played; None means everything.
    """

    keys: tuple[str, ...]
    fallback_of: Mapping[str, str]
    starts: NDArray[np.int64]
    plays: CSR
    vectors: Floats
    local_starts: NDArray[np.int64]
    local_items: NDArray[np.int32]
    local_vectors: Floats
    config: ListeningConfig
    lens: Lens | None = None
    counted: bool = False
    exposure: Exposure | None = None

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Items with a listener."""
        return self.popularity > 0

    @cached_property
    def popularity(self) -> NDArray[np.int64]:
        """Listeners of each item; int64, (items,)."""
        return np.diff(self._graph.item_offsets)

    def reindexed(self, to: ItemRemap) -> Self:
        """Return the signal with its items under new codes; new items are unknown to it."""
        group = np.repeat(np.arange(len(self.keys)), np.diff(self.local_starts))
        items = to.new_code[self.local_items]
        order = np.lexsort((items, group))
        return replace(
            self,
            plays=to.move_columns(self.plays),
            vectors=to.move(np.asarray(self.vectors)),
            local_items=items[order],
            local_vectors=self.local_vectors[order],
            exposure=self.exposure and self.exposure.moved(to.new_code, to.n_items),
        )

    @property
    def beta(self) -> float:
        """The popularity exponent."""
        return self.config.beta

    @cached_property
    def adjusted_listeners(self) -> NDArray[np.float64]:
        """Listeners that each item would have if all could hear it; float64, (items,)."""
        if self.exposure is None:
            return self.popularity.astype(np.float64)
        return self.exposure.adjusted_listeners(self.popularity)

    @property
    def listener_groups(self) -> Self:
        """The groups."""
        return self

    @property
    def group_sizes(self) -> NDArray[np.int64]:
        """Listeners of each group; int64, (groups,)."""
        return np.diff(self.starts[: len(self.keys) + 1])

    @property
    def placed(self) -> bool:
        """Whether listeners are grouped by where they live."""
        return self.config.placed

    @property
    def lens_strength(self) -> float:
        """Strength of a lens that has none of its own."""
        return self.config.lens

    def listeners_by_group(self, item: int) -> NDArray[np.int64]:
        """Return how many listeners of an item each group has, those of no group last."""
        return np.bincount(self._graph.group[self._graph.listeners_of(item)], minlength=len(self.keys) + 1)

    def with_beta(self, beta: float) -> Self:
        """Return the signal with another popularity exponent."""
        return self._with(config=self.config.model_copy(update={"beta": beta}))

    def with_exposure(self, exposure: float) -> Self:
        """Return the signal with another setting of how much more common listeners count where fewer could play."""
        return self._with(config=self.config.model_copy(update={"exposure": exposure}))

    def localised_by_group(self, groups: Sequence[int], strength: float | None = None) -> Self:
        """Return the signal as listeners of some groups would have it; no group means no lens.

        Parameters
        ----------
        groups
            Codes of the groups.
        strength
            Strength of the lens, 0 to 1; None means that of the configuration.
        """
        strength = self.config.lens if strength is None else strength
        lens = Lens(tuple(groups), strength) if groups and strength else None
        return self._with(lens=lens)

    def localised(self, place: str, strength: float | None = None) -> Self:
        """Return the signal as listeners of a country or region, or the region around it, would have it."""
        return self.localised_by_group(groups_of_place(place, self.keys, self.fallback_of)[0], strength)

    def affinity(self, queries: NDArray[np.int32]) -> Floats:
        """Return the affinity from each query to every item; float32, (queries, items)."""
        queries = np.asarray(queries, np.int32)
        weights = self._weights(queries)
        common, met, of_catalogue = self._counted(queries, weights)
        return self._scored(queries, weights, common, met, of_catalogue)

    @property
    def finds_all(self) -> bool:
        """Whether :meth:`nearest` returns every item that it has data about."""
        return False

    @property
    def neighbourhoods(self) -> NDArray[np.int32]:
        """Cluster of each item's vector, -1 where it is 0 or the item has no listener; int32, (items,)."""
        return self._clusters.cluster_of

    def nearest(self, queries: NDArray[np.int32], n: int, band: NDArray[np.uint8]) -> NDArray[np.int32]:
        """Return items that can be the best answers; see :class:`~tigertail.signals.contract.Retrieves`.

        They are those with the most common listeners, and those that the factors expect most, among all and among
        those with common listeners: without the exposure of counts, and by the world's vectors of the answers alone.
        :meth:`affinity_of_pairs` has both.
        """
        queries = np.asarray(queries, np.int32)
        weights = self._weights(queries)
        mass = pairs_met(queries, self._graph, weights.shape[1]) * np.float32(self.config.prior)
        asking, world = world_vectors_to_ask(queries, mass, self._group_vectors), self._group_vectors.world
        many = round(COMMON * n)
        common = most_common(queries, self._graph, weights, asking, world, self._gain, many, band)
        if not self.config.prior:
            return common
        clusters = self._clusters
        theirs = clusters.cluster_of[queries]
        return np.hstack([common, clusters.largest(asking, theirs, n, band, self._gain)])

    def affinity_of_pairs(
        self, queries: NDArray[np.int32], starts: NDArray[np.int64], items: NDArray[np.int32]
    ) -> Floats:
        """Return the affinity from each query to some items; see :class:`~tigertail.signals.contract.Retrieves`."""
        queries = np.asarray(queries, np.int32)
        weights = self._weights(queries)
        scores, met, of_catalogue = common_listeners_at(
            queries, self._graph, weights, len(self._exposure.names), starts, items
        )
        if self.config.exposure:
            row = np.repeat(np.arange(len(queries)), np.diff(starts))
            scores *= self._more_by_exposure(of_catalogue)[row, self._patterns[1][items]]
        if self.config.prior:
            asking, own = self._asking(queries, met)
            # Items that most of the queries are asked about are compared with all of them: that costs least.
            many = np.flatnonzero(2 * np.bincount(items, minlength=len(self.vectors)) > len(queries))
            products = np.zeros((len(queries), len(many)), np.float32)
            self._add_expected(asking, own, met, products, many.astype(np.int32))
            place_of = np.full(len(self.vectors), -1, np.int32)
            place_of[many] = np.arange(len(many))
            active = met[:, :-1] > 0
            expected_at(asking, own, active, self._group_vectors, starts, items, place_of, products, scores)
        total = (met * (weights + np.float32(self.config.prior))).sum(axis=1)
        divisor = np.where(total > 0, total, 1).astype(np.float32)
        divide_at(scores, divisor, self._gain, self.known, queries, starts, items)
        return scores

    def _scored(
        self,
        queries: NDArray[np.int32],
        weights: Floats,
        scores: Floats,
        met: Floats,
        of_catalogue: Floats,
    ) -> Floats:
        """Turn the weighted common listeners of queries and all items into affinities, in place."""
        if self.config.exposure:
            scores *= self._more_by_exposure(of_catalogue).take(self._patterns[1], axis=1)
        if self.config.prior:
            self._add_expected(*self._asking(queries, met), met, scores)
            scores[np.arange(len(queries)), queries] = 0
        total = (met * (weights + np.float32(self.config.prior))).sum(axis=1)
        scores /= np.where(total > 0, total, 1)[:, None]
        scores *= self._gain
        scores[:, ~self.known] = -np.inf
        scores[~self.known[queries]] = -np.inf
        return scores

    def _counted(self, queries: NDArray[np.int32], weights: Floats) -> tuple[Floats, Floats, Floats]:
        """Return what :func:`tigertail.signals.listening.kernels.common_listeners` does, for weights of the groups."""
        return common_listeners(queries, self._graph, weights, len(self._exposure.names))

    def _more_by_exposure(self, of_catalogue: Floats) -> Floats:
        """Return s(A, B)^-d from the listeners of each query in each catalogue; float32, (queries, patterns)."""
        assert self.config.exposure
        patterns, _ = self._patterns
        # Row by row, so that a query alone gets the bits that it gets in company.
        able = np.einsum("qc,pc->qp", of_catalogue.astype(np.float64), patterns)
        share = able / np.maximum(of_catalogue.sum(axis=1, dtype=np.float64), 1e-9)[:, None]
        more = np.where(share > 0, share, 1) ** -self.config.exposure
        return np.asarray(more, np.float32)

    @property
    def is_localised(self) -> bool:
        """Whether it has a lens."""
        return self.lens is not None

    def localised_affinity(
        self,
        queries: NDArray[np.int32],
        starts: NDArray[np.int64],
        items: NDArray[np.int32],
        affinities: Floats,
    ) -> Floats:
        """Return the affinity from each query to some items through the lens, from those without it.

        A lens changes what common listeners count, not what the factors expect, so that these need not be asked again.
        The parameters are those of :meth:`tigertail.signals.contract.LocalisedAtItems.localised_affinity`.
        """
        if self.lens is None:
            return affinities
        row = np.repeat(np.arange(len(queries)), np.diff(starts))
        weights = self._weights(queries)
        added, met = self._added_by_lens(queries, weights, row, items)
        plain_total = (met * np.float32(1 + self.config.prior)).sum(axis=1)
        total = (met * (weights + np.float32(self.config.prior))).sum(axis=1)
        plain_gain = (np.maximum(self.adjusted_listeners[items], 1) ** -self.config.beta).astype(np.float32)
        has_data = affinities > -np.inf
        scores = np.where(has_data, affinities, 0) / plain_gain * plain_total[row]
        scores += added
        scores = scores / np.where(total > 0, total, 1)[row] * self._gain[items]
        return np.asarray(np.where(has_data, scores, -np.inf), np.float32)

    def _added_by_lens(
        self, queries: NDArray[np.int32], weights: Floats, row: NDArray[np.int64], items: NDArray[np.int32]
    ) -> tuple[Floats, Floats]:
        """Return by how much the lens raises the counts of some pairs, and the pairs met in each group."""
        plain = np.ones_like(weights)
        if not self.config.exposure:
            common, met, _ = self._counted(queries, (weights > 1).astype(np.float32))
            return (weights - plain).max(axis=1)[row] * common[row, items], met
        # The share of those who could play an answer changes with the lens as well.
        pattern = self._patterns[1][items]
        counts = []
        for counted in (weights, plain):
            common, met, of_catalogue = self._counted(queries, counted)
            counts.append(common[row, items] * self._more_by_exposure(of_catalogue)[row, pattern])
        return counts[0] - counts[1], met

    def shares(self, query: int, items: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return how much of the affinity from one query to some other items each group contributes.

        Returns
        -------
        NDArray[np.float64]
            Shares that sum to 1 over groups, those of none last, or all 0 where the affinity is; float64,
            (groups + 1, items). Those of groups that speak for an item and against it differ in sign.
        """
        asked, graph, groups = np.array([query], np.int32), self._graph, len(self.keys) + 1
        weights = self._weights(asked)[0]
        listeners = graph.listeners_of(query)
        counted = weights[graph.group[listeners]] * graph.weight[listeners]
        of_catalogue = np.bincount(graph.catalogue[listeners], counted, len(self._exposure.names))
        more = (
            self._more_by_exposure(of_catalogue[None].astype(np.float32))[0, self._patterns[1][items]]
            if self.config.exposure
            else np.float32(1)
        )
        met = pairs_met(asked, graph, groups)
        world, _ = self._asking(asked, met * (np.arange(groups) == groups - 1))
        _, own = self._asking(asked, met)
        parts = np.zeros((groups, len(items)))
        for group in np.unique(graph.group[listeners]).tolist():
            members = listeners[graph.group[listeners] == group]
            theirs = self.plays.select_rows(members)
            counts = np.repeat(graph.weight[members].astype(np.float64), theirs.row_sizes)
            common = np.bincount(theirs.indices, counts, self.plays.shape[1])[items]
            expected = self._vectors_in(group, items) @ np.vstack([own[0], world])[group]
            parts[group] = weights[group] * common * more + expected
        total_parts = parts.sum(axis=0)
        return parts / np.where(total_parts != 0, total_parts, 1)

    def explain(self, query: int, items: NDArray[np.int32]) -> list[Evidence]:
        """Return how many listeners each item shares with the query, and where most of them are."""
        # A lens changes what a listener counts for, not who listens.
        common = common_by_group(self._graph, len(self.keys) + 1, query, items)
        common[items == query] = 0
        found = shared_listeners(common, self.keys)
        without = [place for place, evidence in enumerate(found) if not evidence]
        if without:
            others = items[without]
            alike = self._expects(query, others) & (others != query)
            for place, is_alike in zip(without, alike.tolist(), strict=True):
                found[place] = NO_COMMON_LISTENER if is_alike else NO_EVIDENCE
        return found

    def _expects(self, query: int, items: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return whether the factors expect some items without a listener in common with one; bool, (items,)."""
        if one_query_in_numpy(1):
            return np.asarray(self.affinity(np.array([query], np.int32))[0, items] > 0)
        if not self.config.prior:
            return np.zeros(len(items), np.bool_)
        expected = expected_after(query, self._graph, self._group_vectors, items)
        return np.asarray((expected > 0) & self.known[items])

    def to_arrays(self) -> tuple[Arrays, dict[str, Any]]:
        """Return what is kept on disk."""
        arrays: Arrays = {
            "starts": self.starts,
            "indptr": self.plays.indptr,
            "indices": self.plays.indices,
            "vectors": self.vectors,
            "local_starts": self.local_starts,
            "local_items": self.local_items,
            "local_vectors": self.local_vectors,
        }
        if self.counted:
            arrays["plays"] = self.plays.data
        if self.exposure is not None:
            arrays["catalogue"] = self.exposure.catalogue_of
            arrays["offered"] = self.exposure.offered
        return arrays, {
            "catalogues": list(self.exposure.names) if self.exposure is not None else None,
            "keys": list(self.keys),
            "fallback_of": dict(self.fallback_of),
            "config": self.config.model_dump(),
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: Mapping[str, Any]) -> Self:
        """Make the signal of what was kept on disk."""
        kept = cast("dict[str, Any]", arrays)
        counted = "plays" in kept
        values = kept["plays"] if counted else np.broadcast_to(np.float32(1), len(kept["indices"]))
        return cls(
            tuple(settings["keys"]),
            settings["fallback_of"],
            np.asarray(kept["starts"]),
            CSR(kept["indptr"], kept["indices"], values, (len(kept["indptr"]) - 1, len(kept["vectors"]))),
            kept["vectors"],
            np.asarray(kept["local_starts"]),
            kept["local_items"],
            kept["local_vectors"],
            ListeningConfig(**settings["config"]),
            counted=counted,
            exposure=None
            if settings["catalogues"] is None
            else Exposure(tuple(settings["catalogues"]), kept["offered"], kept["catalogue"]),
        )

    def local(self, group: int) -> slice:
        """Return the rows of a group in ``local_items`` and ``local_vectors``."""
        return slice(int(self.local_starts[group]), int(self.local_starts[group + 1]))

    def _with(self, **changes: Any) -> Self:
        """Return the signal with another beta, exposure or lens; what does not depend on them is not computed again."""
        other = replace(self, **changes)
        lasting = (*LASTING, "_patterns") if self.config.exposure else LASTING
        other.__dict__.update({name: getattr(self, name) for name in lasting})
        return other

    def _weights(self, queries: NDArray[np.int32]) -> Floats:
        """Return what a listener of each group counts for each query; float32, (queries, groups + 1)."""
        weights = np.ones((len(queries), len(self.keys) + 1), np.float32)
        if self.lens is not None:
            more = 1 + self.lens.strength * self.popularity[queries] / self.config.lens_evidence
            weights[:, list(self.lens.groups)] = more[:, None]
        return weights

    def _add_expected(
        self,
        asking: Floats,
        own: Floats,
        met: Floats,
        scores: Floats,
        items: NDArray[np.int32] | None = None,
    ) -> None:
        """Add what the factors expect, asked as :meth:`_asking` says, to the scores of some items, or of all."""
        # Everywhere the world's vectors of the answers; then, where a group has its own, the difference.
        for group in range(len(self.keys)):
            rows = np.flatnonzero(met[:, group])
            if len(rows):
                places, differences = self._differences_in(group, items)
                add_products(scores, rows, places, dots(own[rows, group], differences, len(places)))
        laid_out = self._laid_out if items is None else blocks(self.vectors[items])
        scores += dots(asking, laid_out, scores.shape[1])

    def _asking(self, queries: NDArray[np.int32], met: Floats) -> tuple[Floats, Floats]:
        """Return what the factors are asked with, given the weighted pairs met in each group.

        Both are those of :func:`tigertail.signals.listening.kernels.vectors_to_ask`.
        """
        return vectors_to_ask(queries, met * np.float32(self.config.prior), self._group_vectors)

    def _vectors_in(self, group: int, items: NDArray[np.int32]) -> Floats:
        """Return the vectors of some items in a group: its own where it has them, else the world's."""
        vectors = self.vectors[items]
        own, places = self._own_vectors_in(group, items)
        vectors[places] = own
        return vectors

    def _own_vectors_in(self, group: int, items: NDArray[np.int32]) -> tuple[Floats, NDArray[np.int32]]:
        """Return the vectors that a group has of some items, and the places of these among the items."""
        span = self.local(group) if group < len(self.keys) else slice(0, 0)
        known = self.local_items[span]
        row = np.minimum(np.searchsorted(known, items), max(0, len(known) - 1))
        places = np.flatnonzero(known[row] == items if len(known) else row > 0).astype(np.int32)
        return self.local_vectors[span][row[places]], places

    @cached_property
    def _exposure(self) -> Exposure:
        return self.exposure or Exposure.full(*self.plays.shape)

    @cached_property
    def _patterns(self) -> tuple[NDArray[np.bool_], NDArray[np.int32]]:
        return self._exposure.item_patterns()

    @cached_property
    def _graph(self) -> PlayGraph:
        """The plays; the weight of a listener u is n_u^-a."""
        sizes = np.maximum(self.plays.row_sizes, 1).astype(np.float64)
        weights = np.asarray(sizes**-self.config.listener_exponent, np.float32)
        return PlayGraph.of(self.plays, self.starts, weights, self._exposure.catalogue_of)

    @cached_property
    def _gain(self) -> Floats:
        """What every item's affinity is multiplied by: its popularity, and how the lens sees it."""
        gain = np.maximum(self.adjusted_listeners, 1) ** -self.config.beta
        if self.lens is not None:
            gain *= self._lift(self.lens.groups) ** self.lens.strength
        return gain.astype(np.float32)

    def _lift(self, groups: Sequence[int]) -> NDArray[np.float64]:
        """Return how much more popular each item is among some groups than among the listeners of all."""
        listeners = sum(int(self.starts[group + 1] - self.starts[group]) for group in groups)
        there = sum((self._listeners_in(group) for group in groups), np.zeros(len(self.vectors)))
        expected = self._grouped_listeners * (listeners / max(1, int(self.starts[len(self.keys)])))
        smoothing = self.config.lens_smoothing
        return np.asarray((there + smoothing) / (expected + smoothing))

    def _listeners_in(self, group: int) -> NDArray[np.float64]:
        """Return the listeners of each item in a group."""
        first, last = self.plays.indptr[self.starts[group]], self.plays.indptr[self.starts[group + 1]]
        counts = np.bincount(self.plays.indices[first:last], minlength=len(self.vectors))
        return counts.astype(np.float64)

    @cached_property
    def _grouped_listeners(self) -> NDArray[np.float64]:
        """Listeners of each item that belong to a group: the place of the others is unknown."""
        last = self.plays.indptr[self.starts[len(self.keys)]]
        return np.bincount(self.plays.indices[:last], minlength=len(self.vectors)).astype(np.float64)

    @cached_property
    def _laid_out(self) -> Floats:
        return blocks(self.vectors)

    @cached_property
    def _clusters(self) -> ClusteredVectors:
        return ClusteredVectors.of(np.where(self.known[:, None], self.vectors, np.float32(0)), BY_LENGTH)

    @cached_property
    def _group_vectors(self) -> GroupVectors:
        return GroupVectors.of(
            np.asarray(self.vectors), self.local_starts, self.local_items, np.asarray(self.local_vectors)
        )

    @cached_property
    def _differences(self) -> dict[int, Floats]:
        return {}

    def _differences_in(
        self, group: int, items: NDArray[np.int32] | None
    ) -> tuple[NDArray[np.int32], Floats]:
        """Return which of some items, or of all, have vectors in a group, and how these differ from the world's."""
        if items is not None:
            own, places = self._own_vectors_in(group, items)
            return places, blocks(own - self.vectors[items[places]])
        span = self.local(group)
        if group not in self._differences:
            self._differences[group] = blocks(self.local_vectors[span] - self.vectors[self.local_items[span]])
        return self.local_items[span], self._differences[group]
