"""Fitting the mixture: signals are fitted without some listeners, whose plays then train the mixture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError, DataError
from tigertail.ground_truth.ground_truth import GroundTruth, grade_matrix
from tigertail.mixing import (
    Mixture,
    MixtureConfig,
    TrainingQueries,
    fit_parameters,
    listed_queries,
    training_set,
)
from tigertail.model.registry import SIGNALS, FitContext
from tigertail.signals.contract import Signal
from tigertail.splitting.hold_out import ProtocolConfig, Split, hold_out

MIN_LISTENERS: Final = 10  # listeners of two items or more, to learn a mixture from
MAX_HITS: Final = 10.0
"""Hits that one listener's play or like, at the first place of a list, counts at most."""
TRAINING_SEED: Final = 7000  # added to the seed, to choose the listeners that the mixture learns from


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
        The signals of the model, which become the parts of the mixture.
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
    parameters = fit_parameters(
        held_out.signals,
        training,
        config,
        plays_only=[name for name in held_out.signals if SIGNALS[name].is_listening],
        lists=None if lists is None else curated_queries(split, lists),
        seed=context.config.seed,
        threads=context.threads,
        find=context.engine.find_choice_sets,
    )
    return Mixture(
        {name: signals[name] for name in held_out.signals},
        parameters,
        context.interactions.item_listeners,
        context.exposure.adjusted_listeners(context.interactions.item_listeners),
        config.beta,
        config.character,
    )


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
        The signals wanted; those without data once the listeners are held out are left out.

    Returns
    -------
    HeldOutSignals or None
        None where fewer than ten listeners play two items or more.
    """
    split = _held_out(context)
    if split is None:
        return None
    others = replace(context, dataset=split.train, interactions=split.interactions)
    fitted = {name: SIGNALS[name].fit(others) for name in names if SIGNALS[name].has_data(split.train)}
    return HeldOutSignals(fitted, split)


def mixed_names(dataset: Dataset, config: MixtureConfig) -> list[str]:
    """Return the names of the signals in the mixture, in the order in which they are fitted.

    Raises
    ------
    ConfigError
        If one is wanted that the dataset has no data for.
    """
    available = {name: spec for name, spec in SIGNALS.items() if spec.has_data(dataset)}
    chosen = set(config.signals) or {name for name, spec in available.items() if spec.in_mixture}
    if unknown := sorted(chosen - set(available)):
        raise ConfigError(
            f"mixture.signals: no signal '{unknown[0]}'", remedy=f"this dataset has {', '.join(available)}"
        )
    return [name for name in available if name in chosen]


def _held_out(context: FitContext) -> Split | None:
    config = context.config.mixture
    share = min(config.held_out, config.max_listeners / context.interactions.plays.shape[0])
    protocol = ProtocolConfig(held_out=share, seed=context.config.seed + TRAINING_SEED)
    able = int((context.interactions.plays.row_sizes >= 2).sum())
    return hold_out(context.dataset, protocol) if able >= MIN_LISTENERS else None
