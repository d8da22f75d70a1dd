"""Every system is asked about every artist; an empty list is kept as one."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError
from tigertail.evaluation.baselines import ItemItem
from tigertail.evaluation.panel import answer_lists
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


def test_two_systems_need_two_names(scenes: Dataset, neighbours: Path) -> None:
    with pytest.raises(ConfigError, match="two systems have the name 'plain ALS cosine'"):
        answer_lists(scenes, QUERIES, files={"plain ALS cosine": neighbours})
