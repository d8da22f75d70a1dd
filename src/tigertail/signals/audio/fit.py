"""Fitting the audio signal: from a table of descriptors to an affinity."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.errors import ConfigError
from tigertail.signals.audio.config import AudioConfig
from tigertail.signals.audio.explain import descriptor_name
from tigertail.signals.audio.features import Features, read_features
from tigertail.signals.audio.regression import predict
from tigertail.signals.audio.signal import AudioAffinity, Metric
from tigertail.signals.audio.targets import Targets, factor_targets, label_targets
from tigertail.signals.directions import directions, lengths
from tigertail.threads import limited

# A shorter prediction is nothing but rounding, for targets of length 1.
_ROUNDING: Final = 1e-8


def fit_audio(
    dataset: Dataset,
    interactions: Interactions,
    config: AudioConfig | None = None,
    factors: NDArray[np.float32] | None = None,
) -> AudioAffinity:
    """Fit the audio signal.

    Where nothing is to be predicted (``targets = "none"``), or no item has a target, as in a dataset without plays, the
    descriptors themselves are compared. With ``targets = "both"``, a kind of target that no item has is left out; the
    tables that the kinds are read from must be there.

    Parameters
    ----------
    dataset
        Its audio table is read, and its annotations where labels are learned.
    interactions
        The item of each code, and how many listeners it has.
    config
        Settings; None means the defaults.
    factors
        The base model's item vectors, fitted on the same data; float32, finite, (items, factors). Needed where
        they are learned.

    Raises
    ------
    ConfigError
        If factors are to be learned and not given.
    DataError
        If the dataset has no table of audio, or none of annotations where labels are to be learned; or if its audio
        has no descriptor, or no item of the catalogue.
    """
    config = config or AudioConfig()
    features = read_features(dataset, interactions, config)
    # One thread of BLAS, also where this is called alone: the bits of a model are the same for any number of threads.
    with limited(None):
        parts = [
            _predicted(features, targets, config)
            for targets in _targets(dataset, interactions, features, config, factors)
        ]
    metric: Metric = "cosine" if parts else "nearness"
    values = np.column_stack(parts) if parts else features.values
    vectors = np.zeros((len(interactions.items), values.shape[1]), np.float32)
    vectors[features.codes] = values
    known = np.zeros(len(vectors), np.bool_)
    known[features.codes] = True
    named = [column for column, name in enumerate(features.names) if descriptor_name(name)]
    descriptors = np.zeros((len(vectors), len(named)), np.float32)
    descriptors[features.codes] = features.means[:, named]
    names = tuple(features.names[column] for column in named)
    signal = AudioAffinity(vectors, known, metric, np.empty((0, 2), np.float32), descriptors, names)
    return signal.mutual() if config.hubness == "mutual" else signal


def _targets(
    dataset: Dataset,
    interactions: Interactions,
    features: Features,
    config: AudioConfig,
    factors: NDArray[np.float32] | None,
) -> list[Targets]:
    """Return the kinds of target that are to be predicted and that any item has."""
    kinds = []
    if config.targets in ("factors", "both"):
        if factors is None:
            raise ConfigError(
                "the audio signal learns from the base model's factors, which were not given",
                remedy='pass them, or set audio.targets = "labels" or "none"',
            )
        enough = interactions.item_listeners[features.codes] >= config.min_listeners
        kinds.append(factor_targets(np.asarray(factors)[features.codes], enough))
    if config.targets in ("labels", "both"):
        kinds.append(label_targets(dataset, interactions, features.codes, config.labels))
    return [targets for targets in kinds if targets.teaches.any()]


def _predicted(features: Features, targets: Targets, config: AudioConfig) -> NDArray[np.float64]:
    """Return predictions of length 1, and 0 where nothing is predicted, so that several kinds of target count alike.

    Nothing is predicted of an artist who alone teaches and is left out: it adds 0 to cosines, and there is data.

    The vectors of an item with two kinds, side by side, have the length sqrt(2); the cosine does not see it.
    """
    predicted = predict(
        features.values,
        targets,
        features.artists,
        width=config.width,
        penalty=config.penalty,
        landmarks=config.landmarks,
        leave_out=config.leave_out,
        seed=config.seed,
    )
    predicted[lengths(predicted) < _ROUNDING] = 0
    return directions(predicted)
