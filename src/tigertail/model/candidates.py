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

    It has no version until it is saved, and then its own: the map of the given model is not its map.

    Parameters
    ----------
    model
        The model.
    candidates, gib
        At most how many candidates of each item, 0 for none; and about how many GiB those of all items may take: where
        they would take more, fewer are chosen, down to 100. None means the setting of the model.
    threads
        Threads to use, 1 or more; None means all. The candidates are the same for any number.

    Raises
    ------
    ConfigError
        If a setting is out of its bounds, or the model has no mixture: candidates are for its queries alone.
    """
    mixture = model.signals.get(MIXTURE)
    if not isinstance(mixture, Mixture):
        raise ConfigError(
            "the model has no mixture, and candidates are for its queries alone", remedy=GIVES_A_MIXTURE
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
            f"{key}: {problem}", remedy=f"give another {key}, or leave it out for that of the model"
        ) from None
    with limited(threads):
        chosen = with_candidates(mixture, retrieval.candidates_of(len(model.items)))
    config = model.config.model_copy(update={"retrieval": retrieval})
    return replace(model, signals={**model.signals, MIXTURE: chosen}, config=config, version=None)
