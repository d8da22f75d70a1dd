"""A model that a cluster helped to fit is the model of one machine: every file of its folder, byte for byte."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.spark.commands import contents
from tests.spark.here import ClusterHere
from tests.support import SMALL_MODEL

from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError
from tigertail.model import fit, save
from tigertail.simulation import WorldConfig, simulate
from tigertail.spark.fit import engine_of
from tigertail.spark.session import spark_session


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Listeners of two services, one of which has few of the artists."""
    config = WorldConfig(
        listeners=150,
        artists=120,
        artists_per_listener=12,
        countries=3,
        services={"full": 0.7, "global": 0.3},
        catalogue=0.3,
    )
    return simulate(tmp_path_factory.mktemp("spark") / "world", config)


def test_every_file_is_that_of_one_machine(world: Dataset, tmp_path: Path) -> None:
    cluster = ClusterHere()
    save(fit(world, SMALL_MODEL), tmp_path / "one")
    save(fit(world, SMALL_MODEL, engine=engine_of(cluster, tmp_path / "work")), tmp_path / "many")
    one, many = contents(tmp_path / "one"), contents(tmp_path / "many")
    assert {"1/factors/vectors.npy", "1/mixture/candidates_codes.npy"} <= one.keys()
    assert one == many
    for last in ("half-5", "local-models"):
        assert cluster.made.count(last) == 2  # of the model, and without the mixture's listeners


def test_without_pyspark_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.delitem(sys.modules, "pyspark.sql", raising=False)
    with (
        pytest.raises(ConfigError, match=r"needs pyspark, .*\n.*'tigertail\[spark\]'"),
        spark_session("local"),
    ):
        pass
