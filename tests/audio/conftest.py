"""Sounds whose descriptors anyone can tell, and files of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("soundfile", reason="the extra 'audio' is not installed")
import soundfile

RATE = 22_050
Samples = NDArray[np.float32]
Write = Callable[..., Path]


def tone(hertz: float, seconds: float = 4.0, rate: int = RATE) -> Samples:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


def noise(seconds: float = 4.0, seed: int = 0) -> Samples:
    return np.random.default_rng(seed).uniform(-0.5, 0.5, int(seconds * RATE)).astype(np.float32)


def clicks(beats_a_minute: float, seconds: float = 20.0) -> Samples:
    """Return short bursts of noise, one per beat, over faint noise."""
    samples = 0.001 * noise(seconds)
    for beat in np.arange(0.1, seconds - 0.1, 60 / beats_a_minute):
        start = int(beat * RATE)
        samples[start : start + 400] += noise(400 / RATE, seed=1)
    return samples


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, samples: Samples, rate: int = RATE, **options: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, samples, rate, **options)
        return path

    return written
