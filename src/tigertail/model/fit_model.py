"""Fitting a model: from a dataset to signals that can be asked."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Final

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.errors import DataError, TigertailWarning
from tigertail.ground_truth.ground_truth import GroundTruth
from tigertail.mixing import with_candidates
from tigertail.model.aliases import item_aliases
from tigertail.model.artists import with_artists
from tigertail.model.config import ModelConfig
from tigertail.model.engine import HERE, Engine
from tigertail.model.fit_mixture import fit_mixture, mixed_names
from tigertail.model.item_table import check_catalogue, item_table
from tigertail.model.model import Model, Provenance
from tigertail.model.registry import MIXTURE, FitContext, fit_signals
from tigertail.threads import limited

_FEWEST_LISTENERS: Final = 2  # of two items or more


def fit(
    dataset: Dataset,
    config: ModelConfig | None = None,
    *,
    lists: GroundTruth | None = None,
    feedback: GroundTruth | None = None,
    threads: int | None = None,
    engine: Engine = HERE,
) -> Model:
    """Fit a model to a dataset.

    Parameters
    ----------
    dataset
        What to learn from.
    config
        Settings; None means the defaults.
    lists
        Curated lists that the mixture learns from, in addition to held-out listeners.
    feedback
        What listeners liked in answer to what, that the mixture learns from too.
    threads
        Threads to use; None means all. The model is the same for any number.
    engine
        What does the longest parts.

    Warns
    -----
    TigertailWarning
        If no two listeners play two items or more, so that listening shows no likeness.

    Raises
    ------
    ConfigError
        If the mixture is to have a signal that the dataset has no data for.
    DataError
        If there is no valid play, an item is in the catalogue twice, or there are lists or feedback, but too few
        listeners for a mixture that learns from them.
    """
    config = config or ModelConfig()
    interactions = Interactions.of(dataset)
    if not interactions.plays.nnz:
        raise DataError(
            "nothing to learn from: not one play counts",
            path=dataset.path,
            remedy="look at plays and ratings",
        )
    if (several := int((interactions.plays.row_sizes > 1).sum())) < _FEWEST_LISTENERS:
        who = "only one listener plays" if several else "no listener plays"
        warnings.warn(
            f"{who} two items or more: likeness is what several listeners have in common, so answers from listening "
            "are ties; build the dataset with more listeners",
            TigertailWarning,
            stacklevel=2,
        )
    # What cannot be is refused before the work, not after.
    mixed_names(dataset, config.mixture)
    check_catalogue(dataset)
    context = FitContext(dataset, interactions, config, threads, engine)
    signals = fit_signals(context)
    context = replace(context)  # without what the signals were fitted to
    if mixture := fit_mixture(context, signals, lists, feedback):
        signals |= mixture.parts  # listening with the exposure that was learned
        with limited(threads):
            signals[MIXTURE] = with_candidates(
                mixture, config.retrieval.candidates_of(len(mixture.listeners)), engine.choose
            )
    provenance = Provenance(dataset.name, dataset.fingerprint, dataset.simulated)
    seen = {
        "listeners": interactions.plays.shape[0],
        "interactions": interactions.plays.nnz,
        "items with a listener": int((interactions.item_listeners > 0).sum()),
    }
    items = with_artists(item_table(dataset, interactions), dataset.aliases)
    return Model(items, signals, config, provenance, seen, aliases=item_aliases(dataset, items))
