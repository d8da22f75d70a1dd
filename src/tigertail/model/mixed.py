"""Fitting the mixture: signals fitted without some listeners, and weighed by what these play."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from tigertail.data.held_out import ProtocolConfig, Trial, hold_out
from tigertail.data.truths import Truth, grade_matrix
from tigertail.errors import ConfigError, DataError
from tigertail.mixing import Mixture, learn, lessons_of
from tigertail.model.families import CO_LISTENING, FACTORS, FAMILIES, Ingredients
from tigertail.signals.contract import Signal

CONTAINED: Final = (FACTORS, CO_LISTENING)
"""Signals that listening contains; they take part where the configuration names them."""
LESSONS: Final = 7000  # added to the seed for the listeners whom the mixture learns from


def fit_mixture(
    given: Ingredients, signals: Mapping[str, Signal], lists: Truth | None = None
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

    Returns
    -------
    Mixture or None
        None where fewer than ten listeners play two items or more: nobody can learn from them.

    Raises
    ------
    ConfigError
        If the configuration names a signal there is not.
    """
    config = given.config.mixture
    names = _parts(config.signals, signals)
    trial = _held_out(given)
    if trial is None:
        return None
    others = Ingredients(trial.train, trial.interactions, given.config, given.threads)
    blind = {name: FAMILIES[name].fit(others) for name in names if FAMILIES[name].needs(trial.train)}
    lessons = lessons_of(trial)
    if lists is not None:
        lessons = lessons.joined(grade_matrix(lists, trial.interactions), config.lists)
    learned = learn(blind, lessons, config, seed=given.config.seed, threads=given.threads)
    parts = {name: signals[name] for name in blind}
    return Mixture(parts, learned, given.interactions.item_listeners, config.beta)


def _parts(wanted: Iterable[str], signals: Mapping[str, Signal]) -> list[str]:
    """Return the names of the signals that take part, in the order in which they are fitted."""
    chosen = set(wanted) or set(signals) - set(CONTAINED)
    if unknown := sorted(chosen - set(signals)):
        raise ConfigError(
            f"mixture.signals: no signal '{unknown[0]}'", remedy=f"this dataset has {', '.join(signals)}"
        )
    return [name for name in signals if name in chosen]


def _held_out(given: Ingredients) -> Trial | None:
    config = given.config.mixture
    share = min(config.held_out, config.most / given.interactions.plays.rows)
    protocol = ProtocolConfig(held_out=share, seed=given.config.seed + LESSONS)
    try:
        return hold_out(given.dataset, protocol)
    except DataError:  # too few listeners
        return None
