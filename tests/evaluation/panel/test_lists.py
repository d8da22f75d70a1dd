"""Every system is asked about every artist; an empty list is kept as one."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
import pytest
from benchmarks import panel

from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError
from tigertail.evaluation.baselines import ItemItem
from tigertail.evaluation.panel import answer_lists, model_lists
from tigertail.evaluation.panel.lists import baseline_lists
from tigertail.model import Model, fit

QUERIES = pl.DataFrame({"stratum": ["head", "cold"], "item_id": ["n1", "x9"], "name": ["Кино", "Nobody Yet"]})


@pytest.fixture(scope="module")
def model(scenes: Dataset) -> Model:
    return fit(scenes)


@pytest.fixture
def neighbours(tmp_path: Path) -> Path:
    file = tmp_path / "before.csv"
    file.write_text("target_item_id,item_id,rank\nn1,n2,2\nn1,s1,1\nn1,n3,3\n", encoding="utf-8")
    return file


def answers(lists: pl.DataFrame, system: str, query: str) -> list[str | None]:
    own = lists.filter(system=system, target_item_id=query)
    return own["item_id"].to_list()


def test_every_system_answers_every_artist(scenes: Dataset, model: Model, neighbours: Path) -> None:
    lists = answer_lists(scenes, QUERIES, models={"ours": model}, files={"before": neighbours}, n=2)
    assert lists["system"].unique(maintain_order=True).to_list() == [
        "plain ALS cosine",
        "RP3beta",
        "TF-IDF",
        "ours",
        "before",
    ]
    assert answers(lists, "ours", "n1") == model.similar("n1", 2)["item_id"].to_list()
    assert answers(lists, "before", "n1") == ["s1", "n2"]
    for system in ("plain ALS cosine", "RP3beta"):
        assert set(answers(lists, system, "n1")) < {"n2", "n3", "n4"}, "the query's own scene"


def test_a_model_is_asked_about_the_id_and_not_about_a_name_like_it(scenes: Dataset, tmp_path: Path) -> None:
    """A better-known artist of the north is called as the south's first is numbered."""
    called = scenes.items.with_columns(
        name=pl.when(pl.col("item_id") == "n1").then(pl.lit("s1")).otherwise("name")
    )
    dataset = Dataset.write(tmp_path / "dataset", {"plays": scenes.plays, "items": called}, name="called")
    assert set(model_lists(fit(dataset), ["s1"], 3)["s1"]) == {"s2", "s3", "s4"}


def test_an_answer_is_shown_by_name_and_rank(scenes: Dataset, neighbours: Path) -> None:
    lists = answer_lists(scenes, QUERIES, files={"before": neighbours}, baselines={}, n=1)
    assert lists.row(0, named=True) == {
        "stratum": "head",
        "system": "before",
        "target_item_id": "n1",
        "query": "Кино",
        "rank": 1,
        "item_id": "s1",
        "answer": "東京事変",
    }


def test_a_system_without_an_answer_has_a_row_without_one(scenes: Dataset) -> None:
    lists = answer_lists(scenes, QUERIES, baselines={"item-item": ItemItem()}, n=2)
    assert answers(lists, "item-item", "x9") == [None]
    assert len(answers(lists, "item-item", "n1")) == 2


def test_an_id_that_the_dataset_lacks_has_an_empty_list(scenes: Dataset) -> None:
    found = baseline_lists(scenes, ["nope", "n1"], ItemItem(), 2)
    assert found["nope"] == []
    assert found == baseline_lists(scenes, ["n1"], ItemItem(), 2) | {"nope": []}


def test_two_systems_need_two_names(scenes: Dataset, neighbours: Path) -> None:
    with pytest.raises(ConfigError, match="two systems have the name 'plain ALS cosine'"):
        answer_lists(scenes, QUERIES, files={"plain ALS cosine": neighbours})


def test_two_models_of_one_name_are_not_one(monkeypatch: pytest.MonkeyPatch) -> None:
    command = "panel.py lists DATASET LISTS --model ours=A --model ours=B"
    monkeypatch.setattr(sys, "argv", command.split())
    with pytest.raises(SystemExit, match="two systems have one name\n  -> give each its own NAME="):
        panel.main()
