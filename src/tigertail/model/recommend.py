"""For one listener, from what they played: the lists of their items, and their own vector among the factors.

    score(u -> B) = L(B) / max L + share k F(B) / max F
    L(B) = sum_A log(1 + plays of A) aff(A -> B)
    F(B) = x_u . y_B / (m_B + 3)^(beta - offset)
    k = sum_A log(1 + plays of A) |y_A|^2 / (|y_A|^2 + mean |y|^2) / sum_A log(1 + plays of A)

k is how much the factors know of the history: the regularisation keeps the vectors of items with few listeners short.
What they say of a listener is then mostly what is popular, and the lists know better. In the mean |y|^2 an item counts
by its m: a vector as long as that of a usual pair of listener and item counts half, whatever the scale.

m_B are the listeners that B would have if all could hear it. The length of y_B grows with its popularity less than aff
at an exponent of 0 does, hence the offset. An aff or an F below 0 counts as 0.

x_u is solved against the item vectors y as they are, as in a half-sweep of the fit (Hu, Koren and Volinsky,
"Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008, section 4): a listener need not be in the model.
The form, the exponent, the share, the regularisation and the logarithm of counts were chosen on inner held-out
listeners (docs/recommend.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.errors import ConfigError
from tigertail.factorization import ALSConfig, Basis, basis_of, fold_in
from tigertail.factorization.confidence import ConfidenceConfig, confidence
from tigertail.lookup.item_index import ItemIndex
from tigertail.mixing.terms import POPULARITY_SMOOTHING
from tigertail.model.config import ModelConfig
from tigertail.model.query_options import QueryOptions
from tigertail.model.registry import FACTORS, LISTENING, observable_pairs
from tigertail.signals.contract import (
    HasCharacter,
    HasItemVectors,
    HasPopularityExponent,
    Signal,
    has_capability,
)
from tigertail.signals.listening import GroupedCoListening
from tigertail.sparse import CSR

Floats = NDArray[np.float32]

CHARACTER: Final = 0.0
"""Taste, what is also played, where the caller does not say."""
BETA: Final = 0.6
"""The popularity exponent, where the caller does not say."""
SHARE: Final = 1.4
"""What the vector counts for beside the lists, where the factors know all of the history."""
OFFSET: Final = 0.48
"""How much less popularity is divided out of the vector's part than out of the lists."""
REGULARISATION: Final = 3.0
"""Regularisation of the vector, in times that of the fit."""
MAX_LISTS: Final = 200
"""Items of a long history that are asked for their lists, the most played first; all of them shape the vector."""

_CG_STEPS: Final = 12
"""Of the listener, from 0: to rounding (``benchmarks/cg_steps.py``), since for one row steps cost next to nothing."""
_AT_A_TIME: Final = 2**22  # affinities held at a time
_SHOWN: Final = 5  # unknown items in a notice


@dataclass(frozen=True, eq=False)
class History:
    """What a listener played, in codes.

    Parameters
    ----------
    items
        Distinct item codes, ascending; int32, (items,).
    plays
        How often, or how much; float32, (items,).
    notices
        What a person should know of them.
    """

    items: NDArray[np.int32]
    plays: Floats
    notices: tuple[str, ...] = ()

    @property
    def weights(self) -> NDArray[np.float64]:
        """What each item counts: the logarithm of its plays; float64, (items,)."""
        return np.log1p(self.plays.astype(np.float64))

    @classmethod
    def of(cls, index: ItemIndex, history: Mapping[str, float] | Sequence[Any]) -> History:
        """Find the items of a history; those that the model lacks are left out, with a notice.

        Parameters
        ----------
        index
            Finds items by id, MBID or name.
        history
            Items, each once or as often as it was played; pairs of an item and a count; or counts by item.

        Raises
        ------
        ConfigError
            If it is empty, is a text, or has a count that is no number above 0, or above
            :data:`~tigertail.columns.MAX_PLAYS`.
        UnknownItemError
            If none of the items is known; the message suggests close names.
        """
        texts, counts = _pairs(history)
        plays: dict[int, float] = {}
        unknown: list[str] = []
        notes: dict[str, None] = {}
        for text, count in zip(texts, counts, strict=True):
            match = index.match_or_none(text)
            if match is None:
                unknown.append(text)
                continue
            notes[match.note] = None
            plays[match.code] = plays.get(match.code, 0.0) + count
        if not plays:
            raise index.unknown_item_error(texts[0])
        if unknown:
            names = ", ".join(dict.fromkeys(unknown[:_SHOWN]))
            more = f" and {len(unknown) - _SHOWN:,} more" if len(unknown) > _SHOWN else ""
            notes[f"{len(unknown):,} of {len(texts):,} entries are no item of the model: {names}{more}"] = (
                None
            )
        codes = sorted(plays)
        amounts = np.array([plays[code] for code in codes], np.float32)
        return cls(np.array(codes, np.int32), amounts, tuple(note for note in notes if note))


def _pairs(history: Mapping[str, float] | Sequence[Any]) -> tuple[list[str], list[float]]:
    """Return the items of a history as texts, and their counts."""
    if isinstance(history, str):
        raise ConfigError("a history is a list, not a text", remedy=f"write ['{history}']")
    entries = list(history.items()) if isinstance(history, Mapping) else list(history)
    pairs = [one if isinstance(one, tuple | list) else (one, 1.0) for one in entries]
    if not pairs:
        raise ConfigError("the history is empty", remedy="give at least one item that the listener played")
    if odd := [one for one in pairs if len(one) != 2]:
        raise ConfigError(f"{odd[0]} is no pair", remedy="give an item, or an item and its count")
    counts = [_count(item, count) for item, count in pairs]
    return [str(item) for item, _ in pairs], counts


def _count(item: Any, count: Any) -> float:
    if not (isinstance(count, int | float | np.number) and 0 < count <= c.MAX_PLAYS):
        raise ConfigError(
            f"the count of '{item}' is {count}", remedy=f"give a number above 0, up to {c.MAX_PLAYS:,}"
        )
    return float(count)


@dataclass(frozen=True, eq=False)
class ListenerFoldIn:
    """Solves a listener against the item vectors of a model.

    Parameters
    ----------
    vectors
        Item vectors; float32, (items, factors).
    adjusted_listeners
        Listeners that each item would have if all could hear it; float64, (items,).
    solver
        Settings of the fit, with the regularisation of one listener.
    confidence
        What plays count.
    """

    vectors: Floats
    adjusted_listeners: NDArray[np.float64]
    solver: ALSConfig
    confidence: ConfidenceConfig

    @classmethod
    def of(cls, signals: Mapping[str, Signal], config: ModelConfig) -> ListenerFoldIn | None:
        """Return the solver of a model; None where it keeps no factors or no plays."""
        factors, listening = signals.get(FACTORS), signals.get(LISTENING)
        if not isinstance(factors, HasItemVectors) or not isinstance(listening, GroupedCoListening):
            return None
        weights = confidence(listening.plays, config.confidence)
        observable = None
        if listening.exposure is not None:
            observable = observable_pairs(listening.exposure.including(listening.plays), listening.popularity)
        solver = config.base.solver(weights, observable)
        solver = solver.model_copy(update={"reg": REGULARISATION * solver.reg})
        return cls(np.asarray(factors.vectors), listening.adjusted_listeners, solver, config.confidence)

    @cached_property
    def _basis(self) -> Basis:
        """Of all item vectors: most of the work of one listener, and the same for all."""
        return basis_of(self.vectors)

    def knowledge_of(self, history: History) -> float:
        """Return how much the factors know of a history: k of the module's formula, from 0 to 1."""
        squared = self._squared_lengths[history.items]
        total = squared + self._mean_squared_length
        known = np.divide(squared, total, out=np.zeros(len(squared)), where=total > 0)
        return float(np.average(known, weights=history.weights))

    @cached_property
    def _squared_lengths(self) -> NDArray[np.float64]:
        return np.asarray(np.einsum("if,if->i", self.vectors, self.vectors), np.float64)

    @cached_property
    def _mean_squared_length(self) -> float:
        """The mean, of each item by its listeners."""
        listeners = self.adjusted_listeners.sum()
        return float(self._squared_lengths @ self.adjusted_listeners / listeners) if listeners > 0 else 0.0

    def scores(self, history: History, beta: float) -> Floats:
        """Return how well each item fits the listener, popularity divided out; float32, (items,)."""
        one = CSR(np.array([0, len(history.items)]), history.items, history.plays, (1, len(self.vectors)))
        start = np.zeros((1, self.vectors.shape[1]), np.float32)
        # A history names no source, so all items count as ones that the listener could have played.
        listener = fold_in(
            confidence(one, self.confidence),
            self.vectors,
            start,
            self.solver,
            cg_steps=_CG_STEPS,
            basis=self._basis,
        )
        fit = self.vectors @ listener[0]
        return np.asarray(
            fit / (self.adjusted_listeners + POPULARITY_SMOOTHING) ** (beta - OFFSET), np.float32
        )


def with_defaults(options: QueryOptions, signals: Mapping[str, Signal], default: str) -> QueryOptions:
    """Return the options of a query with the character and the exponent that serve one listener best."""
    signal = signals.get(default)
    defaults: dict[str, Any] = {}
    if options.signal is None and options.beta is None and has_capability(signal, HasPopularityExponent):
        defaults["beta"] = BETA
    if options.signal is None and options.character is None and has_capability(signal, HasCharacter):
        defaults["character"] = CHARACTER
    return options.replace(**defaults)


def uses_vector(options: QueryOptions) -> bool:
    """Return whether the listener's vector counts: not where one signal alone is asked, or listening is disabled."""
    return options.signal is None and LISTENING not in options.disabled_signals


def history_scores(
    signal: Signal,
    history: History,
    items: int,
    fold_in: ListenerFoldIn | None,
    *,
    beta: float | None = None,
    share: float = SHARE,
) -> Floats:
    """Return the score of every item for a listener; ``-inf`` where nothing is known of it.

    Parameters
    ----------
    signal
        The signal whose lists are added up.
    history
        What they played.
    items
        Number of items.
    fold_in
        Solves their vector; None leaves it out.
    beta
        Popularity exponent of the vector's part, :data:`BETA` by default; that of the lists is the signal's.
    share
        What the vector counts for, where the factors know all of the history.

    Returns
    -------
    NDArray[np.float32]
        Float32, (items,).
    """
    lists, known = _lists(signal, history, items)
    scores = _relative(lists)
    if fold_in is not None:
        fit = np.maximum(fold_in.scores(history, BETA if beta is None else beta), 0)
        scores += share * fold_in.knowledge_of(history) * _relative(fit)
        known |= fit > 0
    scores[~known] = -np.inf
    return scores.astype(np.float32)


def _relative(scores: NDArray[Any]) -> NDArray[np.float64]:
    """Return scores of which the largest is 1; all 0 where none is above 0."""
    largest = np.max(scores, initial=0)
    return np.asarray(scores / largest if largest > 0 else np.zeros(len(scores)), np.float64)


def _lists(signal: Signal, history: History, count: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the weighted sum of the lists of a history, and which items are in one."""
    most_played = np.sort(np.argsort(-history.plays, kind="stable")[:MAX_LISTS])
    items = history.items[most_played]
    weights = history.weights[most_played]
    total, known = np.zeros(count), np.zeros(count, np.bool_)
    rows = max(1, _AT_A_TIME // max(1, count))
    for start in range(0, len(items), rows):
        affinities = signal.affinity(items[start : start + rows])
        finite = affinities > -np.inf
        # Factors may give an affinity below 0: no reason to list an item, nor against another list.
        total += weights[start : start + rows] @ np.where(finite, np.maximum(affinities, 0), 0)
        known |= finite.any(axis=0)
    return total, known
