"""A world that is small and yet large enough to hold listeners out twice."""

from __future__ import annotations

import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.simulation import WorldConfig, simulate


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    config = WorldConfig(listeners=150, artists=120, countries=3, artists_per_listener=12)
    return simulate(tmp_path_factory.mktemp("tuning") / "world", config)
