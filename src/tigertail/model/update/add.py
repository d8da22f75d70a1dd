"""Adding new listeners and items to a model without fitting it again.

Listeners are solved against the item vectors there are, then, against the listeners, the items that are new or
have gained listeners: a few sweeps from where the fit ended instead of all from nothing. What is counted
(common listeners, co-listening) and what is one ridge away from the factors (the groups' vectors) is made anew.
Items that the annotation signal does not know get their rows there from what is said of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.tables import TABLES
from tigertail.errors import DataError
from tigertail.factorization import ALSConfig, Factors, solve_against
from tigertail.factorization.confidence import confidence
from tigertail.mixing import Mixture
from tigertail.model.model import Model
from tigertail.model.registry import ANNOTATION, BACK_OFF, CO_LISTENING, FACTORS, LISTENING, MIXTURE, SIGNALS
from tigertail.model.update.drift import Addition, changed_neighbours, noted
from tigertail.model.update.merge import Newcomers, listening_of, meet
from tigertail.progress import progress
from tigertail.signals.annotation import Annotation, AnnotationUpdate, update_annotations
from tigertail.signals.backoff.signal import BackOff
from tigertail.signals.co_listening import fit_co_listening
from tigertail.signals.contract import Signal
from tigertail.signals.factors import FactorAffinity
from tigertail.signals.local import Groups, fit_listening, join_groups
from tigertail.signals.remap import ItemRemap, Reindexable
from tigertail.sparse import CSR
from tigertail.threads import limited

M = TypeVar("M", bound=Model)

FROM_NOTHING: Final = 4  # conjugate-gradient steps of listeners who start at 0
SETTLING: Final = 5  # sweeps of new items and those who hear them
ANSWERING: Final = 1  # sweeps of everybody after that


def add(model: M, dataset: Dataset, *, threads: int | None = None) -> M:
    """Add the listeners and items of a dataset to a model.

    Parameters
    ----------
    model
        The model, which stays as it is.
    dataset
        New listeners with their plays, their profiles, items, and annotations of items that had none; ids of items
        are those of the model's dataset.
        Models keep no listener's id, so that plays of a listener the model has would make them two.
    threads
        Threads to use; None means all. The model is the same for any number.

    Returns
    -------
    Model
        A new one. The last entry of ``metrics["added"]`` says what was added (:class:`Addition`).

    Raises
    ------
    DataError
        As :func:`tigertail.model.update.merge.meet` does; and if there is nothing to add: no play counts, nor an
        annotation of an item that had none.
    ModelError
        If the model keeps no plays.
    """
    newcomers = meet(model, dataset)
    told = _annotated(model, dataset, newcomers)
    if not newcomers.interactions.plays.nnz and not (told and told.items):
        raise DataError(
            "nothing to add: not one play counts, and no annotation of an item that had none",
            path=dataset.path,
            remedy="look at plays and ratings" + (", and at annotations" if told else ""),
        )
    with progress("adding", 4) as tick, limited(threads):
        made: dict[str, Signal] = {ANNOTATION: told.signal} if told else {}
        if newcomers.interactions.plays.nnz:
            made |= _listening(model, dataset, newcomers, threads, tick)
        signals, left_out = _signals(model, newcomers, made)
        tick(note="the others")
    after = replace(model, items=newcomers.items, signals=signals)
    new = newcomers.interactions
    fresh = newcomers.items["listeners"].to_numpy() > 0
    fresh[newcomers.recoding.place[listening_of(model).known]] = False
    addition = Addition(
        dataset=dataset.name,
        fingerprint=dataset.fingerprint,
        listeners=new.plays.shape[0],
        plays=new.plays.nnz,
        items=int(fresh.sum()),
        changed=changed_neighbours(model, after, newcomers.recoding),
        same_name=newcomers.same_name,
        not_added=_not_added(dataset, told),
        left_out=left_out,
        annotations=told.rows if told else 0,
        annotated=told.items if told else 0,
        unusable=told.left_out if told else {},
        unread=told.unread if told else [],
    )
    return replace(after, metrics=noted(model, after, addition))


def _annotated(model: Model, dataset: Dataset, newcomers: Newcomers) -> AnnotationUpdate | None:
    """Return the annotation signal with what is said of newcomers; None if either has nothing to say."""
    signal = model.signals.get(ANNOTATION)
    if not (isinstance(signal, Annotation) and signal.lexicon and dataset.has(c.ANNOTATIONS_TABLE)):
        return None
    moved = signal.reindexed(newcomers.recoding)
    return update_annotations(moved, signal.lexicon, dataset, newcomers.items, model.config.annotation)


def _not_added(dataset: Dataset, told: AnnotationUpdate | None) -> dict[str, int]:
    """Return how many rows of which table only a fit takes in."""
    rows = {table: rows for table, rows in dataset.manifest["tables"].items() if not TABLES[table].addable}
    if told:
        rows[c.ANNOTATIONS_TABLE] = told.later
    return {table: count for table, count in rows.items() if count}


def _listening(
    model: Model, dataset: Dataset, newcomers: Newcomers, threads: int | None, tick: Any
) -> dict[str, Signal]:
    """Return the signals that hear of new plays."""
    config, to = model.config, newcomers.recoding
    listening = listening_of(model)
    weights = confidence(newcomers.plays, config.confidence)
    solver = config.base.solver(weights)
    gained = np.zeros(to.items, bool)
    gained[newcomers.plays.indices[listening.heard.nnz :]] = True
    factors = folded(weights, to.moved(np.asarray(listening.vectors)), gained, solver)
    tick(note=FACTORS)
    member = np.concatenate(
        [
            np.repeat(np.arange(len(listening.keys) + 1, dtype=np.int32), np.diff(listening.starts)),
            join_groups(dataset, newcomers.interactions, factors.listeners, listening),
        ]
    )
    groups = Groups(listening.keys, member, listening.fallback_of)
    made: dict[str, Signal] = {
        LISTENING: fit_listening(
            weights,
            factors,
            groups,
            listening.config,
            alpha0=solver.alpha0,
            plays=newcomers.plays,
            threads=threads,
        ),
        FACTORS: FactorAffinity(factors.items, config.base.beta),
    }
    tick(note=LISTENING)
    if CO_LISTENING in model.signals:
        made[CO_LISTENING] = fit_co_listening(weights, config.co_listening)
    tick(note=CO_LISTENING)
    return made


def _signals(
    model: Model, newcomers: Newcomers, made: dict[str, Signal]
) -> tuple[dict[str, Signal], list[str]]:
    """Return all signals, those not made anew under new codes, and the names of those that could not go along."""
    config, to = model.config, newcomers.recoding
    others = {name: signal for name, signal in model.signals.items() if name not in made}
    made = made | _recoded(others, to)
    if isinstance(behind := made.get(BACK_OFF), BackOff):
        heard = newcomers.items["listeners"].to_numpy()
        trust = (heard / (heard + config.back_off.listeners)).astype(np.float32)
        made[BACK_OFF] = replace(behind, own=made[FACTORS], trust=trust)
    if isinstance(mixture := model.signals.get(MIXTURE), Mixture):
        made[MIXTURE] = mixture.of(made, newcomers.items["listeners"].to_numpy())
    return {name: made[name] for name in model.signals if name in made}, sorted(
        set(model.signals) - set(made)
    )


def folded(weights: CSR, items: NDArray[np.float32], gained: NDArray[np.bool_], config: ALSConfig) -> Factors:
    """Solve listeners against the item vectors there are, then the items that gained any.

    The items' vectors of the fit say nothing of new ones, so that one sweep leaves these too short and too near
    the middle. Those who hear them and they themselves settle between them first, which costs little; then one
    sweep over all lets the others answer. Without new items one sweep is enough.

    Parameters
    ----------
    weights
        Confidences, all listeners by all items.
    items
        Item vectors, 0 for new items; float32, (items, factors).
    gained
        Items to solve; bool, (items,).
    config
        Settings of the solver for ``weights``.
    """
    by_item = weights.transpose()
    fresh = np.flatnonzero(gained & ~items.any(axis=1))
    audience = np.unique(by_item.select_rows(fresh).indices)
    everyone = _Sweep(weights, by_item, np.arange(weights.shape[0]), np.flatnonzero(gained))
    listeners, solved = np.zeros((weights.shape[0], items.shape[1]), np.float32), items.copy()
    everyone.improve(listeners, solved, config, steps=FROM_NOTHING)
    if len(fresh):
        concerned = _Sweep(weights, by_item, audience, fresh)
        for sweep in [concerned] * SETTLING + [everyone] * ANSWERING:
            sweep.improve(listeners, solved, config, steps=config.steps)
    return Factors(listeners, solved)


class _Sweep:
    """Some listeners solved, then some items, while the vectors of all others stay."""

    def __init__(
        self, weights: CSR, by_item: CSR, listeners: NDArray[np.integer], items: NDArray[np.integer]
    ) -> None:
        self.listeners, self.items = listeners, items
        self.by_listener, self.by_item = weights.select_rows(listeners), by_item.select_rows(items)

    def improve(
        self, x: NDArray[np.float32], y: NDArray[np.float32], config: ALSConfig, *, steps: int
    ) -> None:
        """Improve the vectors of listeners and items in place."""
        x[self.listeners] = solve_against(self.by_listener, y, x[self.listeners], config, steps=steps)
        y[self.items] = solve_against(self.by_item, x, y[self.items], config, steps=config.steps)


def _recoded(signals: Mapping[str, Signal], to: ItemRemap) -> dict[str, Signal]:
    return {
        name: signal.reindexed(to)
        for name, signal in signals.items()
        if name in SIGNALS and isinstance(signal, Reindexable)
    }
