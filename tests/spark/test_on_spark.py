"""Two executors of Apache Spark: the bytes of one machine, whatever the blocks and whatever died.

make test-spark
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tigertail.errors import ConfigError
from tigertail.simulation import WorldConfig, simulate

pytestmark = pytest.mark.slow

MASTER = "local-cluster[2,1,1024]"
SETTINGS = """
[base]
factors = 16
iterations = 2

[local]
min_group_size = 200

[retrieval]
candidates = 0
"""
STOP_IN = """
import os, signal, sys
from tigertail.cli import main
from tigertail.spark.session import SparkCluster

write = SparkCluster.write
stage = sys.argv.pop(1)

def write_or_die(cluster, rows, uri):
    if uri.endswith(stage):
        os.kill(os.getpid(), signal.SIGKILL)
    write(cluster, rows, uri)

SparkCluster.write = write_or_die
main()
"""


@pytest.fixture(scope="module", autouse=True)
def _spark() -> None:
    pytest.importorskip("pyspark", reason="needs PySpark: make test-spark")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world of three units of listeners and of artists, in two catalogues, and what one machine makes of it."""
    folder = tmp_path_factory.mktemp("spark")
    config = WorldConfig(
        listeners=12_000,
        artists=12_000,
        artists_per_listener=8,
        countries=3,
        services={"full": 0.7, "global": 0.3},
        catalogue=0.2,
        audio=0,
        pages=0,
        djs=0,
    )
    simulate(folder / "world", config)
    (folder / "settings.toml").write_text(SETTINGS)
    tigertail(folder, "fit", "world", "one", "--config", "settings.toml")
    return folder


def tigertail(folder: Path, *arguments: str, stop_in: str = "") -> int:
    program = ["-c", STOP_IN, stop_in] if stop_in else ["-m", "tigertail"]
    environment = os.environ | {"SPARK_LOCAL_IP": "127.0.0.1"}
    return subprocess.run(
        [sys.executable, *program, *arguments], cwd=folder, env=environment, check=False
    ).returncode


def fit_on_spark(folder: Path, model: str, *, blocks: tuple[int, int], stop_in: str = "") -> int:
    settings = ["--conf", "spark.ui.enabled=false", "--conf", "spark.driver.host=localhost"]
    cut = ["--listener-blocks", str(blocks[0]), "--item-blocks", str(blocks[1])]
    where = ["--work", f"work-{model}", "--master", MASTER, "--config", "settings.toml"]
    return tigertail(folder, "spark", "fit", "world", model, *where, *cut, *settings, stop_in=stop_in)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("blocks", [(3, 2), (1, 3)])
def test_every_file_is_that_of_one_machine(folder: Path, blocks: tuple[int, int]) -> None:
    model = f"many-{blocks[0]}"
    assert fit_on_spark(folder, model, blocks=blocks) == 0
    assert contents(folder / model) == contents(folder / "one")


def test_a_driver_that_was_killed_goes_on_where_it_was(folder: Path) -> None:
    blocks = (2, 1)
    assert fit_on_spark(folder, "again", blocks=blocks, stop_in="half-2") == -signal.SIGKILL
    assert not (folder / "again").exists()
    done = {path.parent.name: path.stat().st_mtime_ns for path in folder.glob("work-again/*/half-1.json")}
    assert fit_on_spark(folder, "again", blocks=blocks) == 0
    after = {path.parent.name: path.stat().st_mtime_ns for path in folder.glob("work-again/*/half-1.json")}
    assert len(done) == 1
    assert done.items() < after.items()  # the half-sweeps of the fit that stopped were not run again
    assert contents(folder / "again") == contents(folder / "one")


def test_without_java_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from tigertail.spark.session import spark_session

    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(ConfigError, match=r"needs Java, .*\n  -> install a JRE"), spark_session("local"):
        pass
