"""The signals a model can have: one entry of :data:`SIGNALS` each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.exposure import Exposure
from tigertail.dataset.interactions import Interactions
from tigertail.dataset.unlisted import special_purpose
from tigertail.errors import ModelError
from tigertail.factorization import ALSConfig, Factors, Observable
from tigertail.factorization.confidence import confidence
from tigertail.mixing.mixture import Mixture
from tigertail.model.artists import with_artists
from tigertail.model.config import BaseConfig, ModelConfig
from tigertail.model.engine import HERE, Engine
from tigertail.model.item_table import item_table
from tigertail.model.spilled_signal import with_spilled_arrays
from tigertail.progress import progress
from tigertail.signals.annotation import Annotation, AnnotationConfig, fit_annotation
from tigertail.signals.audio import AudioAffinity, AudioConfig, fit_audio
from tigertail.signals.backoff.signal import BackOff, BackOffConfig, fit_back_off
from tigertail.signals.co_listening import CoListening, CoListeningConfig, fit_co_listening
from tigertail.signals.contract import Arrays, FittedSignal, Signal
from tigertail.signals.factors import FactorAffinity
from tigertail.signals.listening import GroupedCoListening, ListeningConfig, fit_listening, group_listeners
from tigertail.signals.pairs import Pairs, fit_pairs
from tigertail.signals.sequences.signal import Sequences, fit_sequences
from tigertail.signals.web import Web, WebConfig, fit_web
from tigertail.sparse import CSR
from tigertail.spill import forget, spilled
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
"""All of them together. It is made of the others, and so has no spec of its own."""
OTHER_COLOUR: Final = "#7a7062"
"""The colour of signals that have none of their own."""


@dataclass(frozen=True)
class FitContext:
    """What signals are fitted to; what several of them need is computed once.

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
    engine
        What does the longest parts.
    """

    dataset: Dataset
    interactions: Interactions
    config: ModelConfig
    threads: int | None = None
    engine: Engine = HERE

    @cached_property
    def confidences(self) -> CSR:
        """How much each play counts, listeners by items."""
        return confidence(self.interactions.plays, self.config.confidence)

    @cached_property
    def dataset_by_artist(self) -> Dataset:
        """The dataset, where the artist of a track or album has the id of that artist's item.

        Those of Various Artists, and of others that stand for no artist, have none.
        """
        items = with_artists(item_table(self.dataset, self.interactions), self.dataset.aliases)
        if c.ARTIST_ID not in items.columns:
            return self.dataset
        return self.dataset.with_artist_ids(items.filter(~special_purpose(items, self.dataset.aliases)))

    @cached_property
    def exposure(self) -> Exposure:
        """What each listener could have played."""
        interactions = self.interactions
        exposure = Exposure.of(self.dataset, interactions.listeners.ids, interactions.items)
        return exposure.including(interactions.plays)

    @cached_property
    def observable(self) -> Observable | None:
        """Pairs of listener and item that could be observed; None means all."""
        return observable_pairs(self.exposure, self.interactions.item_listeners)

    @cached_property
    def solver(self) -> ALSConfig:
        """Settings of the solver for the base model."""
        return self.config.base.solver(self.confidences, self.observable)

    @cached_property
    def factors(self) -> Factors:
        """The base model."""
        settings = self.solver
        with progress("factors", settings.iterations) as tick:
            factors = self.engine.solve(
                self.confidences,
                settings,
                seed=self.config.seed,
                observable=self.observable,
                threads=self.threads,
                after_sweep=lambda sweep: tick(),
            )
        return Factors(spilled(factors.listeners), spilled(factors.items))


def observable_pairs(exposure: Exposure, listeners: NDArray[np.int64]) -> Observable | None:
    """Return the pairs that could be observed, in groups of listeners and of items.

    Parameters
    ----------
    exposure
        What each listener could have played.
    listeners
        Listeners of each item; int64, (items,).

    Returns
    -------
    Observable or None
        None where every item that anybody plays is in every catalogue.
    """
    if exposure.offered[:, listeners > 0].all():
        return None
    patterns, pattern = exposure.item_patterns()
    return Observable(exposure.catalogue_of, pattern, np.ascontiguousarray(patterns.T))


@dataclass(frozen=True)
class SignalSpec:
    """All that the rest of the project needs of one signal.

    Parameters
    ----------
    signal_class
        Its class, which also makes it of what is kept on disk.
    fit_function
        Fits it to a context, with its settings.
    config_field
        The field of :class:`ModelConfig` that holds its settings; None if it has none.
    title
        What its affinity is based on, in a few words for people.
    tables
        Tables that a dataset must have, beside plays.
    condition
        What else a dataset must have; None means nothing.
    needs_listeners
        Whether it has no data about an item without a listener.
    in_mixture
        Whether it is part of the mixture unless the configuration says otherwise.
    is_listening
        Whether it is a model of plays alone, as the base model is; back-off is not, which also takes from the catalogue
        whose a track is. A report without a file of systems adds the other signals that have data; it has models of
        plays alone in any case.
    colour
        Its colour in plots and on the page, as ``#rrggbb``.
    """

    signal_class: type[FittedSignal]
    fit_function: Callable[[FitContext, Any], FittedSignal]
    config_field: str | None
    title: str
    tables: tuple[str, ...] = ()
    condition: Callable[[Dataset], bool] | None = None
    needs_listeners: bool = False
    in_mixture: bool = True
    is_listening: bool = False
    colour: str = OTHER_COLOUR

    def has_data(self, dataset: Dataset) -> bool:
        """Return whether a dataset has what the signal is fitted to."""
        if not all(dataset.has(table) for table in self.tables):
            return False
        return self.condition is None or self.condition(dataset)

    def fit(self, context: FitContext) -> FittedSignal:
        """Fit the signal; its large arrays are in temporary files."""
        settings = getattr(context.config, self.config_field) if self.config_field else None
        with limited(context.threads):
            return with_spilled_arrays(self.fit_function(context, settings))


def _listening(context: FitContext, config: ListeningConfig) -> GroupedCoListening:
    seed = context.config.seed
    groups = group_listeners(context.dataset, context.interactions, context.factors, config, seed=seed)
    return fit_listening(
        context.confidences,
        context.factors,
        groups,
        config,
        alpha0=context.solver.alpha0,
        plays=context.interactions.plays,
        exposure=context.exposure,
        threads=context.threads,
        solve=context.engine.solve_groups,
    )


def _factors(context: FitContext, config: BaseConfig) -> FactorAffinity:
    return FactorAffinity(context.factors.items, config.beta)


def _co_listening(context: FitContext, config: CoListeningConfig) -> CoListening:
    return fit_co_listening(context.confidences, config, products=context.engine.products)


def _annotation(context: FitContext, config: AnnotationConfig) -> Annotation:
    return fit_annotation(context.dataset, context.interactions, config, context.factors.items)


def _audio(context: FitContext, config: AudioConfig) -> AudioAffinity:
    return fit_audio(context.dataset_by_artist, context.interactions, config, context.factors.items)


def _back_off(context: FitContext, config: BackOffConfig) -> BackOff:
    base = context.config.base

    def fit_artists(listening: Interactions) -> FactorAffinity:
        return _factors(replace(context, interactions=listening), base)

    own = _factors(context, base)
    return fit_back_off(context.dataset_by_artist, context.interactions, own, fit_artists, config)


def _web(context: FitContext, config: WebConfig) -> Web:
    return fit_web(context.dataset, context.interactions, config, products=context.engine.products)


def _from_tables(
    fit: Callable[[Dataset, Interactions, Any], FittedSignal],
) -> Callable[[FitContext, Any], FittedSignal]:
    """Return the fit function of a signal that needs the dataset and its item codes alone."""
    return lambda context, config: fit(context.dataset, context.interactions, config)


def _has_tracks(dataset: Dataset) -> bool:
    """Return whether items other than artists have a known artist, who stands for one."""
    items = dataset.items
    if c.ARTIST_ID not in items.columns:
        return False
    owned = items[c.KIND].ne_missing(c.ARTIST) & items[c.ARTIST_ID].is_not_null()
    return bool((owned.to_numpy() & ~special_purpose(items, dataset.aliases)).any())


SIGNALS: Final[dict[str, SignalSpec]] = {
    LISTENING: SignalSpec(
        GroupedCoListening,
        _listening,
        "listening",
        "listeners in common",
        needs_listeners=True,
        is_listening=True,
        colour="#d96b1c",
    ),
    FACTORS: SignalSpec(
        FactorAffinity,
        _factors,
        "base",
        "listeners in common, by matrix factorization",
        needs_listeners=True,
        in_mixture=False,  # listening contains it
        is_listening=True,
    ),
    CO_LISTENING: SignalSpec(
        CoListening,
        _co_listening,
        "co_listening",
        "listeners in common, counted",
        needs_listeners=True,
        in_mixture=False,  # listening contains it
        is_listening=True,
    ),
    ANNOTATION: SignalSpec(
        Annotation,
        _annotation,
        "annotation",
        "descriptions by people",
        (c.ANNOTATIONS_TABLE,),
        colour="#2f6ea5",
    ),
    AUDIO: SignalSpec(AudioAffinity, _audio, "audio", "similar sound", (c.AUDIO_TABLE,), colour="#168a6c"),
    WEB: SignalSpec(
        Web,
        _web,
        "web",
        "pages that mention both",
        (c.MENTIONS_TABLE,),
        colour="#a3478f",
    ),
    SEQUENCES: SignalSpec(
        Sequences,
        _from_tables(fit_sequences),
        "sequences",
        "shows and playlists with both",
        (c.SEQUENCES_TABLE,),
        colour="#a28300",
    ),
    PAIRS: SignalSpec(
        Pairs,
        _from_tables(fit_pairs),
        "pairs",
        "pairs given as similar",
        (c.PAIRS_TABLE,),
        colour="#6b5fc7",
    ),
    BACK_OFF: SignalSpec(
        BackOff,
        _back_off,
        "back_off",
        "listeners in common, or those of their artists",
        condition=_has_tracks,
        colour="#b23a48",
    ),
}
"""Every signal, in the order they are fitted and named. To add a signal, add an entry: see docs/extending.md."""


def fit_signals(context: FitContext) -> dict[str, Signal]:
    """Fit every signal that the dataset has data for."""
    wanted = [name for name, spec in SIGNALS.items() if spec.has_data(context.dataset)]
    signals: dict[str, Signal] = {}
    with progress("signals", len(wanted)) as tick:
        for name in wanted:
            signals[name] = SIGNALS[name].fit(context)
            tick(note=name)
    for vectors in (context.factors.listeners, context.factors.items):  # which the signals have read
        forget(vectors)
    return signals


def signal_from_arrays(
    name: str, arrays: Arrays, settings: Mapping[str, Any], signals: Mapping[str, Signal]
) -> Signal:
    """Make a signal, or the mixture, of what its ``to_arrays`` returned.

    Parameters
    ----------
    name
        Its name.
    arrays, settings
        What was returned.
    signals
        The other signals of the model, of which the mixture is made.

    Raises
    ------
    ModelError
        If the registry has no signal of that name.
    """
    if name == MIXTURE:
        return Mixture.from_arrays(arrays, settings, signals)
    if name not in SIGNALS:
        raise ModelError(
            f"the model has a signal '{name}', which is not in this installation",
            remedy="install what it was fitted with, or fit the model again",
        )
    return SIGNALS[name].signal_class.from_arrays(arrays, settings)
