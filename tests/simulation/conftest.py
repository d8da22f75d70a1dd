from __future__ import annotations

from pathlib import Path

import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.simulation import WorldConfig, simulate

SMALL = WorldConfig(listeners=600, artists=500, countries=8, artists_per_listener=20)


@pytest.fixture(scope="session")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder: Path = tmp_path_factory.mktemp("simulated")
    return simulate(folder / "world", SMALL)
