"""What sound is worth: descriptors compared as they are, and what is learned on top of them.

    .venv/bin/python benchmarks/audio_signal.py DATASET [--seeds 3] [--others]

DATASET has tables of audio and of annotations. Every system is fitted without the held-out listeners and answers
from sound alone, but "not left out", whose predictions remember what the item itself taught. Differences are paired
and taken from the raw descriptors. Items without audio have no list and count as misses.

--others puts other regressions in the place of ours, cross-validated by artist in five folds: a straight line,
a small network and extremely randomised trees (scikit-learn).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold
from sklearn.neural_network import MLPRegressor

from tigertail.cli.report import print_report
from tigertail.dataset.dataset import Dataset
from tigertail.evaluation import ProtocolConfig, Split, System, evaluate
from tigertail.model.config import ModelConfig
from tigertail.model.registry import FitContext
from tigertail.signals.audio import AudioAffinity, AudioConfig, fit_audio
from tigertail.signals.audio.features import read_features
from tigertail.signals.audio.targets import factor_targets

SYSTEMS: dict[str, dict[str, Any]] = {
    "raw, mutual": {"targets": "none", "hubness": "mutual"},
    "labels": {"targets": "labels"},
    "factors": {},
    "factors, mutual": {"hubness": "mutual"},
    "factors and labels": {"targets": "both"},
    "factors, not left out": {"leave_out": False},
    "raw": {"targets": "none"},
}


@cache
def factors(split: Split) -> NDArray[np.float32]:
    """Fit the base model on the same listeners, once per split."""
    return FitContext(split.train, split.interactions, ModelConfig()).factors.items


def system(name: str, settings: dict[str, Any]) -> System:
    config = AudioConfig(**settings)
    learned = config.targets in ("factors", "both")
    return System(
        name,
        lambda split: fit_audio(split.train, split.interactions, config, factors(split) if learned else None),
    )


OTHERS: dict[str, Callable[[], Any]] = {
    "a straight line": lambda: Ridge(10.0),
    "a small network": lambda: MLPRegressor(
        hidden_layer_sizes=(128,), alpha=1e-3, max_iter=200, early_stopping=True, random_state=0
    ),
    "randomised trees": lambda: ExtraTreesRegressor(
        100, min_samples_leaf=3, max_features=0.5, n_jobs=-1, random_state=0
    ),
}


def other(name: str, regression: Callable[[], Any]) -> System:
    """Let another regression foretell the factors, each artist by a fold without it."""

    def fit(split: Split) -> AudioAffinity:
        heard = read_features(split.train, split.interactions, AudioConfig())
        known = split.popularity[heard.codes] > 0
        targets = factor_targets(factors(split)[heard.codes], known)
        vectors = np.zeros((len(split.popularity), targets.values.shape[1]), np.float32)
        for rest, fold in GroupKFold(5).split(heard.values, groups=heard.artists):
            taught = rest[known[rest]]
            # Ten times: the network's penalty and steps are absolute, and only the direction counts.
            found = regression().fit(heard.values[taught], 10 * targets.values[taught])
            vectors[heard.codes[fold]] = found.predict(heard.values[fold])
        everyone = np.isin(np.arange(len(vectors)), heard.codes)
        return AudioAffinity(vectors, everyone, "cosine", np.empty((0, 2), np.float32))

    return System(name, fit)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--seeds", type=int, default=1, help="splits judged together")
    parser.add_argument("--others", action="store_true", help="compare other regressions too")
    arguments = parser.parse_args()
    dataset = Dataset.open(arguments.dataset)
    seeds = range(arguments.seeds)
    systems = [other(*one) for one in OTHERS.items()] if arguments.others else []
    systems += [system(*one) for one in SYSTEMS.items()]
    print_report(evaluate(dataset, systems, ProtocolConfig(), seeds=seeds, reference="raw"))


if __name__ == "__main__":
    main()
