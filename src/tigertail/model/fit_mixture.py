"""Fitting the mixture: signals are fitted without some listeners, whose plays then train the mixture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError, DataError
from tigertail.ground_truth.ground_truth import GroundTruth, grade_matrix
from tigertail.mixing import (
    Mixture,
    MixtureConfig,
    TrainingQueries,
    fit_parameters,
    least_listeners,
    likelihood_of_each,
    listed_queries,
    training_set,
)
from tigertail.model.registry import LISTENING, SIGNALS, FitContext
from tigertail.signals.contract import Signal
from tigertail.signals.listening import GroupedCoListening
from tigertail.splitting.hold_out import ProtocolConfig, Split, hold_out
from tigertail.threads import limited

MIN_LISTENERS: Final = 10
"""Listeners of two items or more, to learn a mixture from; not fewer than ``hold_out`` needs
(:data:`~tigertail.splitting.hold_out.MIN_ELIGIBLE`)."""
GIVES_A_MIXTURE: Final = f"fit it to {MIN_LISTENERS} or more listeners of two items or more"
"""What helps a model that has no mixture."""
MAX_HITS: Final = 10.0
"""Hits that one listener's play or like, at the first place of a list, counts at most."""
EXPOSURES: Final = (0.0, 0.25, 0.5, 1.0)
"""What ``listening.exposure`` is learned among."""
MAX_COMPARED: Final = 1500  # training queries by which it is learned, at most
TRAINING_SEED: Final = 7000
"""Added to the seed, to choose the listeners that the mixture learns from."""


@dataclass(frozen=True, eq=False)
class HeldOutSignals:
    """Signals, and listeners who were held out of their fit.

    Parameters
    ----------
    signals
        The signals, by name.
    split
        The listeners held out of them.
    """

    signals: Mapping[str, Signal]
    split: Split


def fit_mixture(
    context: FitContext,
    signals: Mapping[str, Signal],
    lists: GroundTruth | None = None,
    feedback: GroundTruth | None = None,
    *,
    held_out: HeldOutSignals | None = None,
) -> Mixture | None:
    """Learn to mix signals, from listeners held out of signals that are fitted for this purpose.

    Parameters
    ----------
    context
        What the signals were fitted to.
    signals
        The signals of the model, which become the parts of the mixture; listening with the exposure that was learned.
    lists
        Curated lists, which teach kinship.
    feedback
        What listeners liked in answer to what, to learn from too.
    held_out
        What :func:`fit_held_out` returns, where that is there already.

    Returns
    -------
    Mixture or None
        None where fewer than ten listeners play two items or more, which is too few to learn from.

    Raises
    ------
    ConfigError
        If the configuration names a signal that the dataset has no data for.
    DataError
        If there are lists or feedback, but too few listeners for a mixture.
    """
    config = context.config.mixture
    if held_out is None:
        held_out = fit_held_out(context, mixed_names(context.dataset, config))
    for what, truth in (("lists", lists), ("feedback", feedback)):
        if held_out is None and truth is not None:
            raise DataError(
                f"too few listeners for a mixture that learns from {what}: {MIN_LISTENERS} are needed",
                path=context.dataset.path,
                remedy=f"leave the {what} out, or bring more listening data",
            )
    if held_out is None:
        return None
    split = held_out.split
    training = training_set(split).at_most(config.max_queries, context.config.seed)
    if feedback is not None:
        training = training.with_feedback(
            grade_matrix(feedback, split.interactions), config.feedback, MAX_HITS
        )
    blind = dict(held_out.signals)
    parts = {name: signals[name] for name in blind}
    exposure = learned_exposure(context, blind.get(LISTENING), split)
    if exposure is not None:
        for some in (blind, parts):
            some[LISTENING] = _listening(some[LISTENING]).with_exposure(exposure)
    parameters = fit_parameters(
        blind,
        training,
        config,
        plays_only=[name for name in blind if SIGNALS[name].is_listening],
        lists=None if lists is None else curated_queries(split, lists),
        seed=context.config.seed,
        threads=context.threads,
        find=context.engine.find_choice_sets,
    )
    listeners = context.interactions.item_listeners
    return Mixture(
        parts,
        # Of all listeners: without those held out the least known item has fewer.
        replace(parameters, listener_floor=least_listeners(listeners)),
        listeners,
        context.exposure.adjusted_listeners(listeners),
        config.beta,
        config.character,
    )


def learned_exposure(context: FitContext, listening: Signal | None, split: Split) -> float | None:
    """Return how much more common listeners count where fewer could play the answer.

    Services may differ in what they offer, or also in who uses them; only the first is mended by
    ``listening.exposure``. What held-out listeners choose says how much of it is: the least, unless a further
    one makes their choices likelier by more than two standard errors of the difference, so that chance, such as that of
    a few more listeners, seldom changes it.

    Parameters
    ----------
    context
        What the signals of the model are fitted to.
    listening
        Listening fitted without the held-out listeners; None where there is none.
    split
        The held-out listeners.

    Returns
    -------
    float or None
        One of :data:`EXPOSURES`; None where the settings say what it is, or nothing hangs on it.
    """
    config = context.config
    if listening is None or config.listening.exposure is not None or context.observable is None:
        return None
    compared = {str(one): _listening(listening).with_exposure(one) for one in EXPOSURES}
    training = training_set(split).at_most(min(MAX_COMPARED, config.mixture.max_queries), config.seed)
    with limited(context.threads):
        by_query = likelihood_of_each(compared, training, config.mixture, seed=config.seed)
    chosen = EXPOSURES[0]
    for further in EXPOSURES[1:]:
        gain = by_query[str(further)] - by_query[str(chosen)]
        if gain.sum() > 2 * gain.std() * np.sqrt(len(gain)):
            chosen = further
    return chosen


def _listening(signal: Signal) -> GroupedCoListening:
    assert isinstance(signal, GroupedCoListening)
    return signal


def curated_queries(split: Split, lists: GroundTruth) -> TrainingQueries | None:
    """Return the training queries of curated lists; None where no list has two known items.

    Parameters
    ----------
    split
        What the signals were fitted to.
    lists
        The lists.
    """
    grades = grade_matrix(lists, split.interactions)
    return (
        listed_queries(grades, split.popularity, split.strata, split.adjusted_listeners)
        if grades.nnz
        else None
    )


def fit_held_out(context: FitContext, names: Iterable[str]) -> HeldOutSignals | None:
    """Hold out the listeners that a mixture learns from, and fit signals without them.

    Parameters
    ----------
    context
        What the signals of the model are fitted to.
    names
        The signals wanted, of those that the dataset has data for.

    Returns
    -------
    HeldOutSignals or None
        None where fewer than ten listeners play two items or more.
    """
    split = _held_out(context)
    if split is None:
        return None
    others = replace(context, dataset=split.train, interactions=split.interactions)
    return HeldOutSignals({name: SIGNALS[name].fit(others) for name in names}, split)


def mixed_names(dataset: Dataset, config: MixtureConfig) -> list[str]:
    """Return the names of the signals in the mixture, in the order in which they are fitted.

    Raises
    ------
    ConfigError
        If one is wanted that the dataset has no data for, or an overlap names one that there is not.
    """
    if unknown := sorted({name for pair in config.overlaps for name in pair} - set(SIGNALS)):
        raise ConfigError(
            f"mixture.overlaps: no signal '{unknown[0]}'", remedy=f"there are {', '.join(SIGNALS)}"
        )
    available = {name: spec for name, spec in SIGNALS.items() if spec.has_data(dataset)}
    chosen = set(config.signals) or {name for name, spec in available.items() if spec.in_mixture}
    if unknown := sorted(chosen - set(available)):
        raise ConfigError(
            f"mixture.signals: no signal '{unknown[0]}'", remedy=f"this dataset has {', '.join(available)}"
        )
    return [name for name in available if name in chosen]


def _held_out(context: FitContext) -> Split | None:
    """Hold out the share of the settings, at most so many, of the listeners who play two items or more."""
    config = context.config.mixture
    able = int((context.interactions.plays.row_sizes >= 2).sum())
    if able < MIN_LISTENERS:
        return None
    share = min(config.held_out, config.max_listeners / able)
    return hold_out(context.dataset, ProtocolConfig(held_out=share, seed=context.config.seed + TRAINING_SEED))
