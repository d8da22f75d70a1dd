"""Two executors of Apache Spark, each a process: a dataset, its model and all lists as one machine makes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from tests.spark.commands import SETTINGS, contents, need_spark
from tests.support import SMALL_MODEL, tiny_world

from tigertail.errors import DataError
from tigertail.ingest.build import build
from tigertail.ingest.recipe import Recipe
from tigertail.model import fit, load, save
from tigertail.spark.build import build_on_cluster
from tigertail.spark.fit import fit_on_spark
from tigertail.spark.neighbours import ListPlan, neighbours_on_spark
from tigertail.spark.session import SparkCluster, spark_session

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TABLES = ("plays", "listeners", "items", "annotations", "audio", "sequences")
RECIPE = """
[[source]]
format = "parquet"
name = "{table}"
namespace = "world"
table = "{table}"
path = "{table}"
"""


@pytest.fixture(scope="module")
def session() -> Iterator[SparkSession]:
    need_spark()
    with spark_session("local-cluster[2,1,1024]", SETTINGS) as session:
        yield session


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    """The tables of a world as the files of a recipe; its plays are in three."""
    folder = tmp_path_factory.mktemp("sources")
    world = tiny_world(folder)
    for table in TABLES:
        (folder / table).mkdir()
        rows = world.scan(table).collect()
        size = -(-rows.height // 3) if table == "plays" else rows.height
        for number, part in enumerate(rows.iter_slices(size)):
            part.write_parquet(folder / f"{table}/{number}.parquet")
    (folder / "recipe.toml").write_text("".join(RECIPE.format(table=table) for table in TABLES))
    return Recipe.load(folder / "recipe.toml")


def test_dataset_model_and_lists_are_those_of_one_machine(
    session: SparkSession, recipe: Recipe, tmp_path: Path
) -> None:
    one, many, work = (tmp_path / name for name in ("one", "many", "work"))
    dataset, _ = build(recipe, one / "dataset")
    save(fit(dataset, SMALL_MODEL), one / "model")
    lists = load(one / "model").neighbours(top=20, names=True)

    built, _ = build_on_cluster(SparkCluster(session), recipe, many / "dataset", work=work)
    save(fit_on_spark(session, built, SMALL_MODEL, work=work, blocks=(2, 2)), many / "model")
    plan, _ = ListPlan.of(many / "model", load(many / "model"), top=20, names=True, tasks=3)
    assert neighbours_on_spark(session, plan, tmp_path / "ż lists") == len(lists)

    assert contents(many) == contents(one)
    assert pl.read_parquet(tmp_path / "ż lists/*.parquet").equals(lists)
    signals = {"listening", "factors", "co-listening", "annotation", "audio", "sequences", "mixture"}
    assert {path.name for path in (one / "model/1").iterdir()} >= signals
    tasks = {path.parent.name: path for path in work.glob("*/*/*.arrow")}
    assert {"plays-read", "plays-merged", "half-5", "local-models", "choice-sets", "candidates"} <= set(tasks)
    assert len(list(work.glob("*/plays-read/*-run.arrow"))) == 3
    status = session.sparkContext._jsc.sc().getExecutorMemoryStatus()  # of the driver too
    assert status.size() == 3

    with pytest.raises(DataError, match=r"a task failed: .* not another"):
        neighbours_on_spark(session, replace(plan, version="another"), tmp_path / "again")
    assert not (tmp_path / "again").exists()
