"""Every table of both Last.fm sets, on two executors of Apache Spark: the bytes and lists of one machine.

make test-spark
"""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest
from tests.spark.commands import contents, on_spark, tigertail

pytestmark = pytest.mark.slow

MASTER = "local-cluster[2,1,2048]"
RECIPE = Path(__file__).parents[2] / "recipes/everything.toml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dataset, and what one machine makes of it: the model, with all signals, and all neighbours."""
    pytest.importorskip("pyspark", reason="needs PySpark: make test-spark")
    if "TIGERTAIL_DATA" not in os.environ:
        pytest.skip("needs the published sets: TIGERTAIL_DATA")
    folder = tmp_path_factory.mktemp("everything")
    for command in (
        ("build", RECIPE, "dataset"),
        ("fit", "dataset", "one"),
        ("neighbours", "one", "--out", "one.parquet", "--top", 100, "--names"),
    ):
        done = tigertail(folder, *command)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize(("listener_blocks", "item_blocks", "tasks"), [(1, 2, 3), (2, 5, 8), (4, 3, 21)])
def test_every_file_and_every_list_is_that_of_one_machine(
    folder: Path, listener_blocks: int, item_blocks: int, tasks: int
) -> None:
    model, work, lists, dataset = (f"{name}-{tasks}" for name in ("model", "work", "lists", "dataset"))
    built = on_spark(folder, "build", RECIPE, dataset, "--work", work, master=MASTER)
    assert built.returncode == 0, built.stderr
    assert contents(folder / dataset) == contents(folder / "dataset")
    blocks = ("--listener-blocks", listener_blocks, "--item-blocks", item_blocks)
    done = on_spark(folder, "fit", dataset, model, "--work", work, *blocks, master=MASTER)
    assert done.returncode == 0, done.stderr
    one, many = contents(folder / "one"), contents(folder / model)
    signals = ("listening", "factors", "co-listening", "annotation", "audio", "web", "sequences", "mixture")
    assert {path.name for path in (folder / "one/1").iterdir()} >= set(signals)
    assert one == many
    for stage in ("choice-sets", "candidates"):
        [marker] = folder.glob(f"{work}/*/{stage}.json")
        assert len(list(marker.with_suffix("").glob("*-namedarray.arrow"))) > 1  # several tasks
    listed = on_spark(
        folder, "neighbours", model, lists, "--top", 100, "--names", "--tasks", tasks, master=MASTER
    )
    assert listed.returncode == 0, listed.stderr
    assert len(list(folder.glob(f"{lists}/*.parquet"))) == tasks
    assert pl.read_parquet(folder / f"{lists}/*.parquet").equals(pl.read_parquet(folder / "one.parquet"))
