"""The candidates of a fitted model, chosen anew: more of them, fewer or none, without a new fit."""

from __future__ import annotations

from dataclasses import replace

from tigertail.errors import ConfigError
from tigertail.mixing import Mixture, with_candidates
from tigertail.mixing.config import RetrievalConfig
from tigertail.model.model import Model
from tigertail.model.registry import MIXTURE
from tigertail.threads import limited


def choose_candidates(model: Model, retrieval: RetrievalConfig, *, threads: int | None = None) -> Model:
    """Return a model with the candidates that it would have, had it been fitted with other settings of them.

    Parameters
    ----------
    model
        The model.
    retrieval
        How many candidates to keep.
    threads
        Threads to use; None means all. The candidates are the same for any number.

    Raises
    ------
    ConfigError
        If the model has no mixture, whose queries candidates are for.
    """
    mixture = model.signals.get(MIXTURE)
    if not isinstance(mixture, Mixture):
        raise ConfigError(
            "the model has no mixture, whose queries candidates are for",
            remedy="fit it with more listeners, so that it gets one",
        )
    with limited(threads):
        chosen = with_candidates(mixture, retrieval.candidates_of(len(mixture.listeners)))
    config = model.config.model_copy(update={"retrieval": retrieval})
    return replace(model, signals={**model.signals, MIXTURE: chosen}, config=config, version=None)
