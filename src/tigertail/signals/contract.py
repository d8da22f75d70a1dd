"""The contract of a signal, and what a signal can do besides.

Every signal satisfies :class:`Signal`. Each other protocol is one capability. Code that serves any signal asks for a
capability with ``isinstance(signal, Capability)``, or at every query with :func:`has_capability`, not for a class. Only
what fits a signal again (:mod:`tigertail.model.update`, :mod:`tigertail.model.fit_mixture`, :mod:`tigertail.spark`),
what chooses the candidates of a mixture anew (:mod:`tigertail.model.candidates`), what folds a listener in
(:mod:`tigertail.model.recommend`), what takes a signal apart (:mod:`tigertail.evaluation.diagnosis`) and back-off name
a class.

One parameter has the same name and direction in every signal: ``beta``, the **popularity exponent**. The affinity to
an item is divided by what stands for its popularity, to the power beta. With 0 nothing is divided and popular items
rise. The higher beta is, the lower they are ranked. Below 0, which web alone may have, they rise even more. Its values
compare within one signal only, since what is raised differs, and so does what a beta of 1 divides by:

============  =====================================================  ===================================
signal        what is raised to beta                                 exponent of the listeners at beta 1
============  =====================================================  ===================================
listening     listeners that the item would have if all could hear   1
              it, at least 1
mixture       listeners + 3; towards taste, of those that the item   1
              would have if all could hear it
web           listeners + 1                                          1
co-listening  length of the item's column of confidences             about 1/2: the cosine
factors       length of its vector, which grows with its listeners   not known: the cosine
back-off      as factors, in both its parts                          not known: the cosine
sequences     root of its weight in shows and playlists              none; that of the weight is 1/2:
                                                                     the cosine
pairs         root of the sum of the counts of its pairs             none; that of the sum is 1/2
annotation    length of its row of weights, with a floor             none: about the cosine
audio         nothing: it has no such exponent
============  =====================================================  ===================================
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, TypeGuard, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tigertail.signals.evidence import Evidence
    from tigertail.signals.remap import ItemRemap

Arrays = dict[str, NDArray[np.generic]]
Contributions = Callable[[int, NDArray[np.int32]], tuple[NDArray[np.float64], NDArray[np.bool_]]]
"""Takes the place of a query among the queries, and items; returns what :meth:`Composite.contributions` returns."""


@runtime_checkable
class Signal(Protocol):
    """Anything that yields an affinity from an item to every other.

    An affinity aff(A -> B) says how good a recommendation B is for listeners who like A. It is directed:
    aff(A -> B) need not equal aff(B -> A). It is a finite number, or ``-inf`` where the signal has none to offer: it
    has no data about the pair, or B is beyond the neighbours of A that it keeps. In what follows, a signal **has data**
    about a pair where its affinity is finite. Affinities of one query compare with each other, not with those of
    another signal. One of 0 or less counts as none in the mixture and in :class:`Retrieves`: what is to count is
    positive. That of an item to itself may be anything; who asks leaves it out.
    """

    @property
    def known(self) -> NDArray[np.bool_]:
        """Items the signal has data about, as query and as answer; bool, (items,)."""

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the affinity from each query to every item.

        Parameters
        ----------
        queries
            Item codes; int32, (queries,).

        Returns
        -------
        NDArray[np.float32]
            Float32, (queries, items).
        """


@runtime_checkable
class Explainable(Protocol):
    """Can explain why it links two items."""

    def explain(self, query: int, items: NDArray[np.int32]) -> list[Evidence]:
        """Return for each item what links the query to it.

        Parameters
        ----------
        query
            Code of the query.
        items
            Codes of answers; int32, (items,).

        Returns
        -------
        list[Evidence]
            One per item, such as "12 listeners in common, most in Poland"; without facts where there is none.
        """


@runtime_checkable
class HasPopularityExponent(Protocol):
    """Its popularity exponent can be changed without another fit."""

    @property
    def beta(self) -> float:
        """The popularity exponent."""

    def with_beta(self, beta: float) -> Signal:
        """Return the signal with another popularity exponent."""


@runtime_checkable
class HasCharacter(Protocol):
    """Has two ends, taste and kinship, and can be asked anywhere between them."""

    @property
    def character(self) -> float:
        """Between taste, 0, what its listeners also play, and kinship, 1, what is alike."""

    def with_character(self, character: float) -> Signal:
        """Return the signal with another place between the two."""


class ListenerGroups(Protocol):
    """The groups of listeners that a signal has, and how a place is turned into some of them."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The groups, in order of their codes, named as in :class:`tigertail.signals.listening.groups.Groups`."""

    @property
    def fallback_of(self) -> Mapping[str, str]:
        """Places too small to stand alone, with the group of their listeners; "elsewhere" stands for no group."""

    @property
    def group_sizes(self) -> NDArray[np.int64]:
        """Listeners of each group, by its code; int64, (groups,)."""

    @property
    def placed(self) -> bool:
        """Whether listeners are grouped by where they live."""

    @property
    def lens_strength(self) -> float:
        """Strength of a lens that has none of its own, 0 to 1."""

    def listeners_by_group(self, item: int) -> NDArray[np.int64]:
        """Return how many listeners of an item each group has, those of no group last; int64, (groups + 1,)."""


@runtime_checkable
class HasLabels(Protocol):
    """Knows what is said of an item."""

    def labels_of(self, item: int, n: int, people: int) -> list[tuple[str, str]]:
        """Return facet and name of the labels that say most about an item, the one that says most first.

        Parameters
        ----------
        item
            Its code.
        n
            How many at most.
        people
            How many of the crowd must say so where no expert does.
        """


@runtime_checkable
class GroupAware(Protocol):
    """Can be asked through a lens: as listeners of a place, or of some groups, would have it."""

    @property
    def listener_groups(self) -> ListenerGroups | None:
        """The groups; None where no part has any."""

    def localised_by_group(self, groups: Sequence[int], strength: float | None = None) -> Signal:
        """Return the signal as listeners of some groups would have it; no group means no lens.

        Parameters
        ----------
        groups
            Codes of the groups.
        strength
            Strength of the lens, 0 to 1; None means the signal's own.
        """

    def localised(self, place: str, strength: float | None = None) -> Signal:
        """Return the signal as listeners of a place would have it.

        A place without a group of its own has the one that its listeners are in, else those of the region around it.
        Where no group is near, there is no lens.

        Parameters
        ----------
        place
            A country (ISO 3166-1 alpha-2) or a region (UN M49).
        strength
            Strength of the lens, 0 to 1; None means the signal's own.
        """


@runtime_checkable
class LocalisedAtItems(Protocol):
    """Can look through its lens at a few items, given its affinities without the lens."""

    @property
    def is_localised(self) -> bool:
        """Whether it has a lens."""

    def localised_affinity(
        self,
        queries: NDArray[np.int32],
        starts: NDArray[np.int64],
        items: NDArray[np.int32],
        affinities: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Return the affinity from each query to some items through the lens, which gives none where there was none.

        Parameters
        ----------
        queries
            Item codes; int32, (queries,).
        starts
            Where the items of each query begin, and where the last end; int64, (queries + 1,).
        items
            Items of the queries, one after the other, in any order; int32.
        affinities
            Affinities to these without the lens; float32.
        """


@runtime_checkable
class ExplainedByGroup(Signal, Protocol):
    """Its affinity is a sum over groups of listeners, and each group's share is the explanation."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The groups, as in :class:`ListenerGroups`."""

    def shares(self, query: int, items: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return each group's share of the affinity from a query to some items.

        Returns
        -------
        NDArray[np.float64]
            Shares that sum to 1 over groups, or to 0 where the affinity is 0 or ``-inf``; one may be below 0. Listeners
            of no group are last; float64, (groups + 1, items).
        """


@runtime_checkable
class Composite(Protocol):
    """Its log affinity is a weighted sum over other signals, its parts."""

    @property
    def parts(self) -> Mapping[str, Signal]:
        """The parts, by name."""

    def contributions(
        self, query: int, items: NDArray[np.int32]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return what each part adds to the log affinity from a query to some items.

        Returns
        -------
        contributions
            0 from a part without data about the pair; of the product of two parts' curves each has half. The rest of
            the log affinity is that of no part: terms of the item alone, the popularity exponent and the normaliser;
            float64, (parts, items).
        has_data
            Whether the part has data about the pair; bool, (parts, items).
        """

    def affinity_with_contributions(
        self, queries: NDArray[np.int32]
    ) -> tuple[NDArray[np.float32], Contributions]:
        """Return the affinities of some queries, and their contributions without computing the parts again."""

    def weights(self, queries: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return the weight of each part for each query, as :meth:`weights_at` does."""

    def weights_at(self, listeners: NDArray[np.int64], has_data: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the weight of each part for queries with so many listeners.

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

    def disable(self, names: Collection[str]) -> Signal:
        """Return the signal without some parts."""

    def with_parts(
        self,
        signals: Mapping[str, Signal],
        listeners: NDArray[np.int64],
        adjusted_listeners: NDArray[np.float64],
    ) -> Signal:
        """Return the signal with the same parameters and other signals of the same names as parts.

        Parameters
        ----------
        signals
            By name; parts that are not among them are left out.
        listeners
            Listeners of each item; int64, (items,).
        adjusted_listeners
            Listeners that each item would have if all could hear it; float64, (items,).
        """


@runtime_checkable
class HasCandidates(Signal, Protocol):
    """Can answer from a few candidates of each item, which were chosen before, without looking at every item."""

    @property
    def has_candidates(self) -> bool:
        """Whether it has them for this signal as it is now, with its lens and without the parts that were disabled."""

    def best_candidates(
        self, queries: NDArray[np.int32], n: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.bool_]]:
        """Return the best candidates of some queries, none of them the query itself.

        Parameters
        ----------
        queries
            Item codes; int32, (queries,).
        n
            How many to return.
        allowed
            Which items may be listed; bool, (items,). None means all.

        Returns
        -------
        codes
            Best first, ties by the smaller code; int32, (queries, n); -1 where there are no more.
        affinities
            As of :meth:`Signal.affinity`, but for a factor near 1 that all answers of a query share, and ``-inf``
            where there are no more; float32, (queries, n).
        trusted
            Whether they are taken to be the best of all items; where not, every item must be looked at; bool,
            (queries,).
        """

    def best_candidates_with_contributions(
        self, queries: NDArray[np.int32], n: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.bool_], Contributions]:
        """Return what :meth:`best_candidates` does, and the contributions to the affinities of candidates."""


@runtime_checkable
class RanksAll(Protocol):
    """Can rank all items without holding its affinities to them."""

    def best_of_all(
        self, queries: NDArray[np.int32], n: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return the best items of some queries, none of them the query itself.

        The parameters are those of :meth:`HasCandidates.best_candidates`, and so are codes and affinities; the latter
        are the same to the bit as those of :meth:`Signal.affinity`.
        """


@runtime_checkable
class Retrieves(Protocol):
    """Can find its best answers, and its affinity to a few items, without a look at every item."""

    @property
    def finds_all(self) -> bool:
        """Whether :meth:`nearest` returns every other item that it has data about, those of 0 or less too."""

    def nearest(self, queries: NDArray[np.int32], n: int, band: NDArray[np.uint8]) -> NDArray[np.int32]:
        """Return items that can be the best answers to some queries, whatever the popularity exponent.

        They are those with the largest affinities above 0 under each exponent of :mod:`tigertail.ranking.shortlist`.

        Parameters
        ----------
        queries
            Item codes; int32, (queries,).
        n
            How many under the own exponent (:func:`tigertail.ranking.shortlist.wanted`).
        band
            Band of popularity of each item; uint8, (items,).

        Returns
        -------
        NDArray[np.int32]
            In no order, some of them twice, perhaps with the query itself, -1 where there are no more; int32,
            (queries, any number).
        """

    def affinity_of_pairs(
        self, queries: NDArray[np.int32], starts: NDArray[np.int64], items: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        """Return the affinity from each query to some items, as :meth:`Signal.affinity` does up to rounding.

        Parameters
        ----------
        queries
            Item codes; int32, (queries,).
        starts
            Where the items of each query begin, and where the last end; int64, (queries + 1,).
        items
            Items of the queries, one after the other, ascending for each; int32.
        """


@runtime_checkable
class HasConfidence(Protocol):
    """Knows of some queries too little for its affinities to count in full beside those of other signals."""

    @property
    def confidence(self) -> NDArray[np.float32]:
        """How far its affinities from each item count in a mixture, above 0, at most 1; float32, (items,)."""


@runtime_checkable
class HasNeighbourhoods(Protocol):
    """Knows which items read about the same when they are asked for their best answers."""

    @property
    def neighbourhoods(self) -> NDArray[np.int32]:
        """Neighbourhood of each item, -1 for an item without; int32, (items,)."""


@runtime_checkable
class Reindexable(Protocol):
    """Its items can get new codes."""

    def reindexed(self, to: ItemRemap) -> Self:
        """Return the signal with its items under new codes; new items are unknown to it."""


@runtime_checkable
class Persistent(Protocol):
    """Can be written as arrays and a few settings, and made of them again."""

    def to_arrays(self) -> tuple[Arrays, dict[str, Any]]:
        """Return the arrays, by name, and the settings, which JSON can hold."""

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: Mapping[str, Any]) -> Self:
        """Make the signal of what :meth:`to_arrays` returned."""


class FittedSignal(Signal, Persistent, Protocol):
    """What a fit returns: a signal that can be kept on disk."""


@runtime_checkable
class HasItemVectors(Protocol):
    """Has a vector for each item, as of a factorization."""

    @property
    def vectors(self) -> NDArray[np.float32]:
        """Item vectors; float32, (items, factors)."""


_Asked = TypeVar("_Asked")
_CAPABILITIES: Final[dict[tuple[type, type], bool]] = {}


def has_capability(signal: object, capability: type[_Asked]) -> TypeGuard[_Asked]:
    """Return whether a signal has a capability, as all signals of its class do.

    ``isinstance`` with a protocol looks at each of its members every time: longer than a query may take.
    """
    key = type(signal), capability
    if key not in _CAPABILITIES:
        _CAPABILITIES[key] = isinstance(signal, capability)
    return _CAPABILITIES[key]


def groups_of(signal: object) -> ListenerGroups | None:
    """Return the groups of listeners of a signal; None where it has none, or where ``signal`` is None."""
    return signal.listener_groups if has_capability(signal, GroupAware) else None
