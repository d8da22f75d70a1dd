"""Adding new listeners and items to a model without fitting it again.

All listeners, and the items that gained one, are solved again from the item vectors of the last fit
(:mod:`tigertail.factorization.refit`); other items keep their vectors. Counts (common
listeners, co-listening) and the group vectors, which come from one ridge regression on the factors, are computed again.
Items that the annotation signal has no data about get their rows there from their annotations. New tracks and
albums have no artist in back-off until the next fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar, cast

import numpy as np

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.exposure import Exposure
from tigertail.dataset.tables import TABLES
from tigertail.dataset.vocabulary import Vocabulary
from tigertail.errors import DataError
from tigertail.factorization import partial_refit
from tigertail.factorization.confidence import confidence
from tigertail.mixing import Mixture, with_candidates
from tigertail.model.model import Model
from tigertail.model.registry import (
    ANNOTATION,
    BACK_OFF,
    CO_LISTENING,
    FACTORS,
    LISTENING,
    MIXTURE,
    SIGNALS,
    observable_pairs,
)
from tigertail.model.update.drift import Addition, changed_neighbours, record_addition
from tigertail.model.update.known_items import with_known_ids
from tigertail.model.update.merge import MergedData, listening_of, merge
from tigertail.progress import progress
from tigertail.signals.annotation import Annotation, AnnotationUpdate, update_annotations
from tigertail.signals.backoff.signal import BackOff, own_weights
from tigertail.signals.co_listening import fit_co_listening
from tigertail.signals.contract import Composite, Reindexable, Signal
from tigertail.signals.factors import FactorAffinity
from tigertail.signals.listening import GroupedCoListening, Groups, fit_listening, join_groups
from tigertail.signals.remap import ItemRemap
from tigertail.threads import limited

M = TypeVar("M", bound=Model)


def add(model: M, dataset: Dataset, *, threads: int | None = None) -> M:
    """Add the listeners and items of a dataset to a model.

    Parameters
    ----------
    model
        The model, which stays as it is.
    dataset
        New listeners with their plays, their profiles, items, and annotations of items that the annotation signal has
        no data about. Which of the items are the model's is found by id, MBID and name
        (:func:`tigertail.model.update.known_items.with_known_ids`).
        Models keep no listener ids, so that plays of a listener of the model would count as another listener's.
    threads
        Threads to use; None means all. The model is the same for any number.

    Returns
    -------
    Model
        A new one. The last entry of ``training_summary["added"]`` says what was added (:class:`Addition`).

    Raises
    ------
    DataError
        As :func:`tigertail.model.update.merge.merge` does; if an item is in the catalogue of the dataset twice; and if
        there is nothing to add: no valid play, and no annotation of an item that had none.
    ModelError
        If the model keeps no plays.
    """
    dataset = with_known_ids(model, dataset)
    merged = merge(model, dataset)
    update = _annotation_update(model, dataset, merged)
    if not merged.new_interactions.plays.nnz and not (update and update.annotated):
        raise DataError(
            "nothing to add: no valid play, and no annotation of an item that had none",
            path=dataset.path,
            remedy="look at plays and ratings" + (", and at annotations" if update else ""),
        )
    has_plays = merged.new_interactions.plays.nnz > 0
    with progress("adding", 4 if has_plays else 1) as tick, limited(threads):
        updated: dict[str, Signal] = {ANNOTATION: update.signal} if update else {}
        if has_plays:
            updated |= _from_plays(model, dataset, merged, threads, tick)
        signals, signals_left_out = _signals(model, merged, updated)
        tick(note="the others")
    new_model = replace(model, items=merged.items, signals=signals, aliases=merged.aliases, version=None)
    new = merged.new_interactions
    with_first_listener = merged.items[c.LISTENERS].to_numpy() > 0
    with_first_listener[merged.remap.new_code[listening_of(model).known]] = False
    addition = Addition(
        dataset=dataset.name,
        fingerprint=dataset.fingerprint,
        listeners=new.plays.shape[0],
        plays=new.plays.nnz,
        items=int(with_first_listener.sum()),
        changed=changed_neighbours(model, new_model, merged.remap),
        same_name=merged.same_name,
        repeated=merged.repeated,
        not_added=_not_added(dataset, update),
        left_out=signals_left_out,
        annotations=update.annotations if update else 0,
        annotated=update.annotated if update else 0,
        unusable=update.unusable if update else {},
    )
    return replace(new_model, training_summary=record_addition(model, addition))


def _annotation_update(model: Model, dataset: Dataset, merged: MergedData) -> AnnotationUpdate | None:
    """Return the annotation signal with the new annotations; None if it cannot be updated, or there are none."""
    signal = model.signals.get(ANNOTATION)
    if not (isinstance(signal, Annotation) and signal.lexicon and dataset.has(c.ANNOTATIONS_TABLE)):
        return None
    moved = signal.reindexed(merged.remap)
    return update_annotations(moved, signal.lexicon, dataset, merged.items, model.config.annotation)


def _not_added(dataset: Dataset, update: AnnotationUpdate | None) -> dict[str, int]:
    """Return, by table, how many rows only a fit can use."""
    rows = {table: rows for table, rows in dataset.manifest["tables"].items() if not TABLES[table].addable}
    if update:
        rows[c.ANNOTATIONS_TABLE] = update.not_added
    return {table: count for table, count in rows.items() if count}


def _from_plays(
    model: Model, dataset: Dataset, merged: MergedData, threads: int | None, tick: Any
) -> dict[str, Signal]:
    """Return the signals that are computed again from all plays."""
    config, remap = model.config, merged.remap
    listening = listening_of(model)
    confidences = confidence(merged.plays, config.confidence)
    exposure = None
    if listening.exposure is not None:
        ids, items = merged.new_interactions.listeners.ids, Vocabulary(merged.items[c.ITEM_ID])
        before = listening.exposure.moved(remap.new_code, remap.n_items)
        exposure = before.joined(Exposure.of(dataset, ids, items))
    listeners = merged.items[c.LISTENERS].to_numpy()
    observable = None if exposure is None else observable_pairs(exposure, listeners)
    solver = config.base.solver(confidences, observable)
    gained_listeners = np.zeros(remap.n_items, bool)
    gained_listeners[merged.plays.indices[listening.plays.nnz :]] = True
    factors = partial_refit(
        confidences, remap.move(np.asarray(listening.vectors)), gained_listeners, solver, observable
    )
    tick(note=FACTORS)
    member = np.concatenate(
        [
            np.repeat(np.arange(len(listening.keys) + 1, dtype=np.int32), np.diff(listening.starts)),
            join_groups(dataset, merged.new_interactions, factors.listeners, listening),
        ]
    )
    groups = Groups(listening.keys, member, listening.fallback_of)
    updated: dict[str, Signal] = {
        LISTENING: fit_listening(
            confidences,
            factors,
            groups,
            listening.config,
            alpha0=solver.alpha0,
            plays=merged.plays,
            exposure=exposure,
            threads=threads,
        ),
        FACTORS: FactorAffinity(factors.items, config.base.beta),
    }
    tick(note=LISTENING)
    if CO_LISTENING in model.signals:
        updated[CO_LISTENING] = fit_co_listening(confidences, config.co_listening)
    tick(note=CO_LISTENING)
    return updated


def _signals(
    model: Model, merged: MergedData, updated: dict[str, Signal]
) -> tuple[dict[str, Signal], list[str]]:
    """Return all signals, those not computed again under new codes, and the names of those left out."""
    config, remap = model.config, merged.remap
    not_updated = {name: signal for name, signal in model.signals.items() if name not in updated}
    updated = updated | _reindexed(not_updated, remap)
    listeners = merged.items[c.LISTENERS].to_numpy()
    if isinstance(back_off := updated.get(BACK_OFF), BackOff):
        own_weight = own_weights(listeners, config.back_off)
        updated[BACK_OFF] = replace(back_off, own=updated[FACTORS], own_weight=own_weight)
    if isinstance(mixture := model.signals.get(MIXTURE), Composite):
        adjusted_listeners = cast("GroupedCoListening", updated[LISTENING]).adjusted_listeners
        mixed = mixture.with_parts(updated, listeners, adjusted_listeners)
        assert isinstance(mixed, Mixture)
        # What is new moves affinities of old items a little, and so every list.
        updated[MIXTURE] = with_candidates(mixed, config.retrieval.candidates_of(len(mixed.listeners)))
    return {name: updated[name] for name in model.signals if name in updated}, sorted(
        set(model.signals) - set(updated)
    )


def _reindexed(signals: Mapping[str, Signal], remap: ItemRemap) -> dict[str, Signal]:
    return {
        name: signal.reindexed(remap)
        for name, signal in signals.items()
        if name in SIGNALS and isinstance(signal, Reindexable)
    }
