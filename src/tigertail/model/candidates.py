"""The candidates of a fitted model, chosen anew: more of them, fewer or none, without a new fit."""

from __future__ import annotations

from dataclasses import replace

from pydantic import ValidationError

from tigertail.errors import ConfigError, setting_at_fault
from tigertail.mixing import Mixture, with_candidates
from tigertail.mixing.config import RetrievalConfig
from tigertail.model.fit_mixture import GIVES_A_MIXTURE
from tigertail.model.model import Model
from tigertail.model.registry import MIXTURE
from tigertail.threads import limited


def choose_candidates(
    model: Model, *, candidates: int | None = None, gib: float | None = None, threads: int | None = None
) -> Model:
    """Return a model with the candidates that it would have, had it been fitted with other settings of them.

    It has another version, to which no map belongs yet.

    Parameters
    ----------
    model
        The model.
    candidates, gib
        The settings of ``[retrieval]``; None means those of the model.
    threads
        Threads to use, 1 or more; None means all. The candidates are the same for any number.

    Raises
    ------
    ConfigError
        If a setting is out of its bounds, or the model has no mixture, whose queries candidates are for.
    """
    mixture = model.signals.get(MIXTURE)
    if not isinstance(mixture, Mixture):
        raise ConfigError(
            "the model has no mixture, whose queries candidates are for", remedy=GIVES_A_MIXTURE
        )
    given = {"candidates": candidates, "gib": gib}
    settings = model.config.retrieval.model_dump() | {
        name: value for name, value in given.items() if value is not None
    }
    try:
        retrieval = RetrievalConfig.model_validate(settings)
    except ValidationError as error:
        key, problem = setting_at_fault(error)
        raise ConfigError(
            f"{key}: {problem}", remedy=f"give another {key}, or none for that of the model"
        ) from None
    with limited(threads):
        chosen = with_candidates(mixture, retrieval.candidates_of(len(mixture.listeners)))
    config = model.config.model_copy(update={"retrieval": retrieval})
    return replace(model, signals={**model.signals, MIXTURE: chosen}, config=config, version=None)
