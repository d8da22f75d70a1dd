"""Fitting the mixture: signals fitted without some listeners, and weighed by what these play."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.errors import ConfigError, DataError
from tigertail.mixing import Mixture, MixtureConfig, TrainingQueries, learn, training_set
from tigertail.model.registry import CO_LISTENING, FACTORS, SIGNALS, FitContext
from tigertail.signals.contract import Signal
from tigertail.splitting.ground_truth import GroundTruth, grade_matrix
from tigertail.splitting.hold_out import ProtocolConfig, Split, hold_out

CONTAINED: Final = (FACTORS, CO_LISTENING)
"""Signals that listening contains; they take part where the configuration names them."""
FEWEST: Final = 10  # listeners of two items or more that can teach a mixture
WORD: Final = 10.0
"""Hits that one listener's play or like, at the first place of a list, counts at most."""
LESSONS: Final = 7000  # added to the seed for the listeners whom the mixture learns from


@dataclass(frozen=True, eq=False)
class HeldOutSignals:
    """Signals, and listeners of whom they have seen nothing.

    Parameters
    ----------
    signals
        The signals, by name.
    trial
        The listeners held out of them.
    """

    signals: Mapping[str, Signal]
    trial: Split


def fit_mixture(
    given: FitContext,
    signals: Mapping[str, Signal],
    lists: GroundTruth | None = None,
    feedback: GroundTruth | None = None,
    *,
    held_out: HeldOutSignals | None = None,
) -> Mixture | None:
    """Learn to mix signals, from listeners of whom signals fitted for the purpose have seen nothing.

    Parameters
    ----------
    given
        What the signals were fitted to.
    signals
        The signals of the model, which are mixed as is learned.
    lists
        Curated lists to learn from besides.
    feedback
        What listeners liked after what, to learn from besides.
    held_out
        What :func:`fit_held_out` returns, where that is there already.

    Returns
    -------
    Mixture or None
        None where fewer than ten listeners play two items or more: nobody can learn from them.

    Raises
    ------
    ConfigError
        If the configuration names a signal there is not.
    DataError
        If there are lists or feedback, and no mixture to teach.
    """
    config = given.config.mixture
    blind = held_out or fit_held_out(given, mixed_names(given.dataset, config))
    for what, truth in (("lists", lists), ("feedback", feedback)):
        if blind is None and truth is not None:
            raise DataError(
                f"{what} can teach a mixture, and too few listeners are there to learn one from: {FEWEST} are needed",
                path=given.dataset.path,
                remedy=f"leave the {what} out, or bring more listening data",
            )
    if blind is None:
        return None
    lessons = with_others(training_set(blind.trial), blind.trial.interactions, config, lists, feedback)
    learned = learn(blind.signals, lessons, config, seed=given.config.seed, threads=given.threads)
    parts = {name: signals[name] for name in blind.signals}
    return Mixture(parts, learned, given.interactions.item_listeners, config.beta)


def with_others(
    lessons: TrainingQueries,
    interactions: Interactions,
    config: MixtureConfig,
    lists: GroundTruth | None,
    feedback: GroundTruth | None,
) -> TrainingQueries:
    """Return the lessons with those of lists and of feedback beside them, each with its share of the whole.

    Parameters
    ----------
    lessons
        Of held-out listeners.
    interactions
        Whose item codes the lessons have.
    config
        Has the shares.
    lists, feedback
        What else there is to learn from.
    """
    listed = None if lists is None else grade_matrix(lists, interactions)
    if feedback is not None:
        # Lists are joined last and thin out what is there by their share, feedback included.
        thinned = 1 - config.lists if listed is not None and listed.nnz else 1.0
        lessons = lessons.joined(grade_matrix(feedback, interactions), config.feedback / thinned, WORD)
    return lessons if listed is None else lessons.joined(listed, config.lists)


def fit_held_out(given: FitContext, names: Iterable[str]) -> HeldOutSignals | None:
    """Hold out the listeners whom a mixture learns from, and fit signals without them.

    Parameters
    ----------
    given
        What the signals of the model are fitted to.
    names
        The signals wanted; those that the other listeners' tables do not suffice for are left out.

    Returns
    -------
    Blind or None
        None where fewer than ten listeners play two items or more.
    """
    trial = _held_out(given)
    if trial is None:
        return None
    others = FitContext(trial.train, trial.interactions, given.config, given.threads)
    fitted = {name: SIGNALS[name].fit(others) for name in names if SIGNALS[name].needs(trial.train)}
    return HeldOutSignals(fitted, trial)


def mixed_names(dataset: Dataset, config: MixtureConfig) -> list[str]:
    """Return the names of the signals that take part, in the order in which they are fitted.

    Raises
    ------
    ConfigError
        If one is wanted that the dataset has no tables for.
    """
    there = [name for name, family in SIGNALS.items() if family.needs(dataset)]
    chosen = set(config.signals) or set(there) - set(CONTAINED)
    if unknown := sorted(chosen - set(there)):
        raise ConfigError(
            f"mixture.signals: no signal '{unknown[0]}'", remedy=f"this dataset has {', '.join(there)}"
        )
    return [name for name in there if name in chosen]


def _held_out(given: FitContext) -> Split | None:
    config = given.config.mixture
    share = min(config.held_out, config.most / given.interactions.plays.shape[0])
    protocol = ProtocolConfig(held_out=share, seed=given.config.seed + LESSONS)
    able = int((given.interactions.plays.row_sizes >= 2).sum())
    return hold_out(given.dataset, protocol) if able >= FEWEST else None
