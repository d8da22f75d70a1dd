"""The signals a model can have: what each needs, how it is fitted, and how it is read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Protocol, Self

import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.factorization import Factors, fit_als
from tigertail.factorization.confidence import confidence
from tigertail.model.config import ModelConfig
from tigertail.progress import progress
from tigertail.signals.annotation import Annotation, fit_annotation
from tigertail.signals.audio import AudioAffinity, fit_audio
from tigertail.signals.backoff.signal import BackOff, fit_back_off
from tigertail.signals.co_listening import CoListening, fit_co_listening
from tigertail.signals.contract import Arrays, Signal
from tigertail.signals.factors import FactorAffinity
from tigertail.signals.local import GroupedCoListening, fit_listening, group_listeners
from tigertail.signals.pairs import Pairs, fit_pairs
from tigertail.signals.sequences.signal import Sequences, fit_sequences
from tigertail.signals.web import Web, fit_web
from tigertail.sparse import CSR
from tigertail.threads import limited

LISTENING: Final = "listening"
FACTORS: Final = "factors"
CO_LISTENING: Final = "co-listening"
ANNOTATION: Final = "annotation"
AUDIO: Final = "audio"
WEB: Final = "web"
SEQUENCES: Final = "sequences"
PAIRS: Final = "pairs"
BACK_OFF: Final = "back-off"
MIXTURE: Final = "mixture"
"""All of them together; made of the others, it is no family of its own."""


class Stored(Signal, Protocol):
    """A signal that can be kept as arrays and a few settings."""

    def to_arrays(self) -> tuple[Arrays, dict[str, Any]]:
        """Return the arrays, by name, and the settings."""

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: Mapping[str, Any]) -> Self:
        """Make the signal of what :meth:`to_arrays` returned."""


@dataclass(frozen=True)
class FitContext:
    """What signals are fitted to; what several of them need is made once.

    Parameters
    ----------
    dataset
        The tables.
    interactions
        Its plays, over the whole catalogue.
    config
        Settings of every signal.
    threads
        Threads to use; None means all.
    """

    dataset: Dataset
    interactions: Interactions
    config: ModelConfig
    threads: int | None = None

    @cached_property
    def weights(self) -> CSR:
        """Confidences, listeners by items."""
        return confidence(self.interactions.plays, self.config.confidence)

    @cached_property
    def factors(self) -> Factors:
        """The base model."""
        settings = self.config.base.solver(self.weights)
        with progress("factors", settings.iterations) as tick:
            return fit_als(
                self.weights,
                settings,
                seed=self.config.seed,
                threads=self.threads,
                after_sweep=lambda sweep: tick(),
            )


@dataclass(frozen=True)
class SignalSpec:
    """One kind of signal.

    Parameters
    ----------
    kind
        Its class, which reads it back from arrays.
    fit
        Fits it.
    needs
        Whether a dataset has what it is fitted to.
    """

    kind: type[Stored]
    fit: Callable[[FitContext], Stored]
    needs: Callable[[Dataset], bool]


def _listening(given: FitContext) -> GroupedCoListening:
    config = given.config
    groups = group_listeners(given.dataset, given.interactions, given.factors, config.local, seed=config.seed)
    return fit_listening(
        given.weights,
        given.factors,
        groups,
        config.local,
        alpha0=config.base.solver(given.weights).alpha0,
        plays=given.interactions.plays,
        threads=given.threads,
    )


def _factors(given: FitContext) -> FactorAffinity:
    return FactorAffinity(given.factors.items, given.config.base.beta)


def _co_listening(given: FitContext) -> CoListening:
    with limited(given.threads):
        return fit_co_listening(given.weights, given.config.co_listening)


def _back_off(given: FitContext) -> BackOff:
    def artists(listening: Interactions) -> FactorAffinity:
        return _factors(FitContext(given.dataset, listening, given.config, given.threads))

    config = given.config.back_off
    return fit_back_off(given.dataset, given.interactions, _factors(given), artists, config)


def _always(dataset: Dataset) -> bool:
    return True


def _has(table: str) -> Callable[[Dataset], bool]:
    return lambda dataset: dataset.has(table)


def _has_tracks(dataset: Dataset) -> bool:
    """Say whether items other than artists know their artist."""
    items = dataset.items
    if c.ARTIST_ID not in items.columns:
        return False
    return bool(items.select(((pl.col(c.KIND) != c.ARTIST) & pl.col(c.ARTIST_ID).is_not_null()).any()).item())


SIGNALS: Final[dict[str, SignalSpec]] = {
    LISTENING: SignalSpec(GroupedCoListening, _listening, _always),
    FACTORS: SignalSpec(FactorAffinity, _factors, _always),
    CO_LISTENING: SignalSpec(CoListening, _co_listening, _always),
    ANNOTATION: SignalSpec(
        Annotation,
        lambda given: fit_annotation(given.dataset, given.interactions, given.config.annotation),
        _has(c.ANNOTATIONS_TABLE),
    ),
    AUDIO: SignalSpec(
        AudioAffinity,
        lambda given: fit_audio(given.dataset, given.interactions, given.config.audio, given.factors.items),
        _has(c.AUDIO_TABLE),
    ),
    WEB: SignalSpec(
        Web,
        lambda given: fit_web(given.dataset, given.interactions, given.config.web),
        _has(c.MENTIONS_TABLE),
    ),
    SEQUENCES: SignalSpec(
        Sequences,
        lambda given: fit_sequences(given.dataset, given.interactions, given.config.sequences),
        _has(c.SEQUENCES_TABLE),
    ),
    PAIRS: SignalSpec(
        Pairs,
        lambda given: fit_pairs(given.dataset, given.interactions, given.config.pairs),
        _has(c.PAIRS_TABLE),
    ),
    BACK_OFF: SignalSpec(BackOff, _back_off, _has_tracks),
}
"""Every signal, in the order they are fitted and named."""


def fit_signals(given: FitContext) -> dict[str, Signal]:
    """Fit every signal that the dataset has the tables for."""
    wanted = [name for name, family in SIGNALS.items() if family.needs(given.dataset)]
    signals: dict[str, Signal] = {}
    with progress("signals", len(wanted)) as tick:
        for name in wanted:
            signals[name] = SIGNALS[name].fit(given)
            tick(note=name)
    return signals
