"""The lists of tasks, one after the other, are those of one machine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from tests.support import SMALL_MODEL, run_cli, tiny_world

from tigertail.errors import ConfigError, DataError
from tigertail.model import deploy, fit, load, save
from tigertail.model.query_options import QueryOptions
from tigertail.spark.neighbours import ListPlan, check_out, list_blocks
from tigertail.spark.stamp import process_stamp


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("neighbours")
    save(fit(tiny_world(folder), SMALL_MODEL), folder / "model")
    return folder / "model"


def listed(plan: ListPlan) -> pl.DataFrame:
    """Return what tasks list, one block each."""
    numbers = [pa.RecordBatch.from_pydict({"id": [block]}) for block in range(len(plan.bounds) - 1)]
    found = pl.from_arrow(pa.Table.from_batches(list_blocks(iter(numbers), plan, process_stamp())))
    assert isinstance(found, pl.DataFrame)
    return found


@pytest.mark.parametrize("tasks", [None, 1, 7])
@pytest.mark.parametrize(
    "options",
    [
        QueryOptions(),
        QueryOptions(country="PL", beta=0.2),
        QueryOptions(signal="listening", strata=("tail",)),
        QueryOptions(exact=True),
    ],
    ids=["mixture", "lens", "listening", "exact"],
)
def test_blocks_are_listed_as_one_machine_lists_them(
    folder: Path, options: QueryOptions, tasks: int | None
) -> None:
    plan, none = ListPlan.of(folder, load(folder), top=5, names=True, options=options, tasks=tasks)
    answers = load(folder).answer_many(top=5, options=options)
    one = answers.table(names=True)
    assert len(one) > len(load(folder).items)
    assert listed(plan).equals(one)
    assert none.notices == answers.notices


def test_some_queries_in_their_order(folder: Path) -> None:
    codes = np.array([7, 3, 90, 3], np.int32)
    plan, _ = ListPlan.of(folder, load(folder), codes, 4, tasks=3)
    assert listed(plan).equals(load(folder).neighbours(codes, 4))


def test_another_model_in_the_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    save(load(folder), tmp_path / "model")
    plan, _ = ListPlan.of(tmp_path / "model", load(tmp_path / "model"), top=3)
    save(fit(tiny_world(tmp_path, listeners=120), SMALL_MODEL), tmp_path / "other")
    deploy(tmp_path / "other", tmp_path / "model")
    with pytest.raises(DataError, match=rf"model is the version \w+ now, not {plan.version}"):
        listed(plan)


@pytest.mark.parametrize(
    ("left", "goes"),
    [
        ([], True),
        (["_temporary/0/part-00000.parquet"], True),
        (["_temporary/0/task/part-00001.parquet", "part-00000.parquet", ".part-00000.parquet.crc"], True),
        (["part-00000.parquet", "_SUCCESS"], False),
        (["part-00000.parquet"], False),
        (["_temporary/0/part-00000.parquet", "thesis.tex"], False),
    ],
    ids=["empty", "stopped", "stopped at its end", "whole", "of another program", "with something else"],
)
def test_what_a_run_that_stopped_left_is_not_in_the_way(left: list[str], goes: bool, tmp_path: Path) -> None:
    for name in left:
        (tmp_path / "lists" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "lists" / name).touch()
    (tmp_path / "lists").mkdir(exist_ok=True)
    if goes:
        check_out(tmp_path / "lists")
        return
    with pytest.raises(ConfigError, match="is there already"):
        check_out(tmp_path / "lists")


def test_what_is_there_is_not_written_over(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"is there already\n  -> name another folder"):
        run_cli("spark", "neighbours", folder, folder.parent, "--top", 3)
    check_out(folder / "new")
    with pytest.raises(ConfigError, match="cannot use the folder nosuch://host/lists"):
        check_out("nosuch://host/lists")
