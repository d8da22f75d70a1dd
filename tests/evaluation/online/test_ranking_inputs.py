"""Rankings to be judged are files of lists, or models that are asked what the log asked."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tigertail.errors import ConfigError, DataError, TigertailError
from tigertail.evaluation.online.ranking_inputs import read_rankings
from tigertail.model import Model, save

EVENTS = pl.DataFrame({"query": ["n1", "s1", "n1", "unheard of", None]})


def test_files_and_models(model: Model, tmp_path: Path) -> None:
    lists = pl.DataFrame({"target_item_id": ["n1"], "item_id": ["n2"], "rank": [1]})
    lists.write_parquet(tmp_path / "lists.parquet")
    lists.write_csv(tmp_path / "lists.csv")
    save(model, tmp_path / "model")
    given = [f"{name}={tmp_path / name}" for name in ("lists.parquet", "lists.csv", "model")]
    found = read_rankings(given, EVENTS, 2)
    assert list(found) == ["lists.parquet", "lists.csv", "model"]
    assert found["lists.parquet"].cast(pl.String).equals(found["lists.csv"])
    assert found["model"].equals(model.neighbours(["n1", "s1"], 2))


def test_ids_in_digits_are_what_is_written(tmp_path: Path) -> None:
    rows = [f"007,{number:03},{number}" for number in range(1, 200)]
    (tmp_path / "lists.csv").write_text("\n".join(["target_item_id,item_id,rank", *rows, "007,can,200"]))
    found = read_rankings([f"v={tmp_path / 'lists.csv'}"], EVENTS, 2)["v"]
    assert found.row(0)[:2] == ("007", "001")
    assert found.row(-1)[:2] == ("007", "can")


@pytest.mark.parametrize(
    ("given", "error", "problem"),
    [
        (["lists.parquet"], ConfigError, "is not NAME=PATH"),
        (["=x"], ConfigError, "is not NAME=PATH"),
        (["a=lists.csv", "a="], ConfigError, "'a=' is not NAME=PATH"),
        (["a=nowhere.parquet"], DataError, "no such file"),
        ([f"a={'n' * 300}"], DataError, "cannot be read"),
        (["a=README.md"], DataError, "cannot be read"),
        (["a=model"], DataError, "no query of the log is in the model"),
    ],
)
def test_what_is_refused(
    model: Model,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    given: list[str],
    error: type[TigertailError],
    problem: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("lists.csv").write_text("target_item_id,item_id,rank\n", encoding="utf-8")
    Path("README.md").write_text("a,b\n1\n2,3,4\n", encoding="utf-8")
    save(model, "model")
    with pytest.raises(error, match=problem):
        read_rankings(given, EVENTS.tail(2), 2)


def test_a_log_without_queries_is_nothing_to_blame_a_model_for(model: Model, tmp_path: Path) -> None:
    save(model, tmp_path / "model")
    assert read_rankings([f"v={tmp_path / 'model'}"], EVENTS.clear(), 2)["v"].is_empty()


def test_two_of_one_name_are_refused(tmp_path: Path) -> None:
    pl.DataFrame({"target_item_id": ["a"]}).write_parquet(tmp_path / "l.parquet")
    with pytest.raises(ConfigError, match="two rankings are named 'v'"):
        read_rankings([f"v={tmp_path / 'l.parquet'}"] * 2, EVENTS, 2)
