"""What sound is worth: descriptors compared as they are, and what is learned on top of them.

    .venv/bin/python benchmarks/audio_signal.py DATASET [--seeds 3]

DATASET has a table of audio. Every system is fitted without the held-out listeners and answers from sound
alone, but "not left out", whose predictions remember what the item itself taught. Differences are paired
and taken from the raw descriptors. Items without audio have no list and count as misses.
"""

from __future__ import annotations

import argparse
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tigertail.cli.report import print_report
from tigertail.data.dataset import Dataset
from tigertail.evaluation import ProtocolConfig, System, Trial, evaluate
from tigertail.model.config import ModelConfig
from tigertail.model.fit import fit_factors
from tigertail.signals.audio import AudioConfig, fit_audio

SYSTEMS: dict[str, dict[str, Any]] = {
    "raw, mutual": {"targets": "none", "hubness": "mutual"},
    "labels": {"targets": "labels"},
    "factors": {},
    "factors, mutual": {"hubness": "mutual"},
    "factors and labels": {"targets": "both"},
    "factors, not left out": {"leave_out": False},
    "raw": {"targets": "none"},
}


@lru_cache(maxsize=8)
def factors(trial: Trial) -> NDArray[np.float32]:
    """Fit the base model on the same listeners, once a trial."""
    return fit_factors(trial.interactions, ModelConfig()).vectors


def system(name: str, settings: dict[str, Any]) -> System:
    config = AudioConfig(**settings)
    learned = config.targets in ("factors", "both")
    return System(
        name,
        lambda trial: fit_audio(trial.train, trial.interactions, config, factors(trial) if learned else None),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--seeds", type=int, default=1, help="splits judged together")
    arguments = parser.parse_args()
    dataset = Dataset.open(arguments.dataset)
    seeds = range(arguments.seeds)
    systems = [system(*one) for one in SYSTEMS.items()]
    print_report(evaluate(dataset, systems, ProtocolConfig(), seeds=seeds, reference="raw"))


if __name__ == "__main__":
    main()
