"""Lists of other programs, and the training part they can be made from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail import model as models
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.exposure import Exposure
from tigertail.errors import DataError, TigertailError
from tigertail.evaluation import (
    NeighbourFile,
    ProtocolConfig,
    Split,
    System,
    default_systems,
    evaluate,
    hold_out,
    write_training,
)
from tigertail.model import ModelConfig
from tigertail.ranking.topk import top_k

# Кино is n1, Sigur Rós n2 and The Cure n3; two artists are called Nirvana: n4 and s4.
LISTS = [("n1", "n3", 0.9), ("n1", "n2", 0.5), ("n1", "s1", 0.7), ("n2", "n1", 3.0)]

Write = Callable[[Path, pl.DataFrame], None]
FORMATS: dict[str, Write] = {
    "parquet": lambda path, table: table.write_parquet(path),
    "csv": lambda path, table: table.write_csv(path),
    "tsv": lambda path, table: table.write_csv(path, separator="\t"),
    "jsonl": lambda path, table: table.write_ndjson(path),
}


def table(rows: list[tuple[object, ...]], *numbers: str) -> pl.DataFrame:
    return pl.DataFrame(rows, ["target_item_id", "item_id", *numbers], orient="row")


@pytest.fixture
def split(scenes: Dataset) -> Split:
    return hold_out(scenes, ProtocolConfig())


def listed(lists: NeighbourFile, split: Split, item: str) -> list[str]:
    ids = split.interactions.items.ids
    query = np.array([ids.index_of(item)], np.int32)
    found = top_k(lists.fit(split).affinity(query), 20, query)[0][0]
    return [ids[int(code)] for code in found if code >= 0]


@pytest.mark.parametrize("suffix", FORMATS)
def test_lists_are_read_by_score(suffix: str, scenes: Dataset, split: Split, tmp_path: Path) -> None:
    path = tmp_path / f"theirs.{suffix}"
    FORMATS[suffix](path, table(LISTS, "score"))
    lists = NeighbourFile.read(path, scenes)
    assert lists.name == "theirs"
    assert (lists.rows, lists.known, lists.unknown, lists.unusable) == (4, 4, 0, 0)
    assert listed(lists, split, "n1") == ["n3", "s1", "n2"]
    assert listed(lists, split, "n2") == ["n1"]
    assert listed(lists, split, "n3") == []


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param(table([(a, b, 4 - i) for i, (a, b, _) in enumerate(LISTS)], "rank"), id="ranks alone"),
        pytest.param(
            table([(a, b, 4 - i, 0.9 - i / 10) for i, (a, b, _) in enumerate(LISTS)], "rank", "score"),
            id="scores are distances",
        ),
        pytest.param(
            table([(a, b, 4 - i, i / 10) for i, (a, b, _) in enumerate(LISTS)], "rank", "score"), id="both"
        ),
    ],
)
def test_lists_are_read_by_rank(numbers: pl.DataFrame, scenes: Dataset, split: Split, tmp_path: Path) -> None:
    numbers.write_parquet(tmp_path / "theirs.parquet")
    lists = NeighbourFile.read(tmp_path / "theirs.parquet", scenes)
    assert listed(lists, split, "n1") == ["s1", "n2", "n3"]


def test_ranks_leave_scores_that_fall_with_them_as_they_are(scenes: Dataset, tmp_path: Path) -> None:
    """The first two share a rank, and the third has no finite score."""
    rows = [
        ("n1", "n2", 1, 0.5),
        ("n1", "n3", 1, 0.75),
        ("n1", "s1", 3, np.nan),
        ("n1", "s2", 4, 0.25),
        ("n1", "s3", 5, -np.inf),
        ("n1", "n4", 6, -np.inf),
    ]
    table(rows, "rank", "score").write_parquet(tmp_path / "theirs.parquet")
    lists = NeighbourFile.read(tmp_path / "theirs.parquet", scenes)
    assert lists.lists["score"].to_list() == [0.5, 0.75, 0.25]
    assert lists.unusable == 3


@pytest.mark.parametrize(
    "scores",
    [
        pytest.param([1.0, 1.0, 1.0], id="equal"),
        pytest.param([1 - 1e-9, 1 - 2e-9, 1 - 3e-9], id="equal in float32"),
        pytest.param([1e-60, 1e-70, 1e-80], id="0 in float32"),
        pytest.param([-1 - 1e-9, -1 - 2e-9, -1 - 3e-9], id="below 0"),
        pytest.param([1.0, 1 + 1e-9, 1.0], id="rising by less than float32 has"),
    ],
)
def test_scores_that_float32_makes_equal_keep_their_order(
    scores: list[float], scenes: Dataset, split: Split, tmp_path: Path
) -> None:
    items = ["s2", "n2", "s1"]
    ranked = [
        ("n1", item, rank, score) for rank, (item, score) in enumerate(zip(items, scores, strict=True), 1)
    ]
    table([*reversed(ranked), ("n2", "n1", 1, 0.1)], "rank", "score").write_parquet(
        tmp_path / "theirs.parquet"
    )
    lists = NeighbourFile.read(tmp_path / "theirs.parquet", scenes)
    assert listed(lists, split, "n1") == items
    *of_n1, of_n2 = lists.lists["score"]
    assert of_n1 == pytest.approx(scores[::-1], rel=1e-6, abs=1e-40)
    assert of_n2 == np.float32(0.1), "a list of its own"


def test_without_ranks_equal_scores_stay_equal_and_others_do_not(scenes: Dataset, tmp_path: Path) -> None:
    rows = [("n1", "s2", 1.0), ("n1", "n2", 1 - 1e-9), ("n1", "s1", 1.0)]
    table(rows, "score").write_parquet(tmp_path / "theirs.parquet")
    first, below, second = NeighbourFile.read(tmp_path / "theirs.parquet", scenes).lists["score"]
    assert first == second > below


def test_ranks_may_count_from_0(scenes: Dataset, split: Split, tmp_path: Path) -> None:
    rows = [("n1", "n3", 1), ("n1", "n2", 0), ("n1", "s1", 2), ("n1", "s2", -1)]
    table(rows, "rank").write_parquet(tmp_path / "theirs.parquet")
    lists = NeighbourFile.read(tmp_path / "theirs.parquet", scenes)
    assert listed(lists, split, "n1") == ["n2", "n3", "s1"]
    assert lists.unusable == 1


def test_items_are_found_by_id_or_by_a_name_that_is_ones_own(
    scenes: Dataset, split: Split, tmp_path: Path
) -> None:
    rows: list[tuple[object, ...]] = [
        ("КИНО", "cure", 3.0),
        ("n1", "sigur ros", 2.0),
        ("n1", "Nirvana", 9.0),  # which of the two?
        ("n1", "The Cure", 1.0),  # the pair of the first row again
        ("n1", "Nobody Ever", 9.0),
    ]
    table(rows, "score").write_csv(tmp_path / "theirs.csv")
    lists = NeighbourFile.read(tmp_path / "theirs.csv", scenes)
    assert listed(lists, split, "n1") == ["n3", "n2"]
    assert (lists.known, lists.unknown) == (5, 2)
    assert "5 of its 7 items are in the dataset" in str(lists)
    assert "too high; see --write-train" in str(lists)


def test_rows_of_no_use_are_counted(scenes: Dataset, split: Split, tmp_path: Path) -> None:
    rows = [
        ("n1", "n2", 1.0),
        ("n1", None, 1.0),
        ("n1", "n3", None),
        ("n1", "s1", np.nan),
        ("n1", "s2", np.inf),
    ]
    table(rows, "score").write_parquet(tmp_path / "theirs.parquet")
    lists = NeighbourFile.read(tmp_path / "theirs.parquet", scenes)
    assert (lists.rows, lists.unusable) == (5, 4)
    assert "4 rows have no item" in str(lists)
    assert listed(lists, split, "n1") == ["n2"]


def test_ids_may_be_numbers(tmp_path: Path) -> None:
    plays = pl.DataFrame({"listener_id": "u", "item_id": ["7", "8"], "plays": 1.0})
    dataset = Dataset.write(tmp_path / "data", {"plays": plays}, name="numbers")
    table([(7, 8, 1)], "rank").write_parquet(tmp_path / "theirs.parquet")
    assert NeighbourFile.read(tmp_path / "theirs.parquet", dataset).known == 2
    # As pandas has them where a list is filled up with nothing.
    table([(7, 8.0, 1), (7, None, 2)], "rank").write_parquet(tmp_path / "theirs.parquet")
    assert NeighbourFile.read(tmp_path / "theirs.parquet", dataset).lists.rows() == [("7", "8", 1.0)]


def test_an_item_that_the_dataset_lists_twice_is_one(tmp_path: Path) -> None:
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        "plays": pl.DataFrame({"listener_id": "u", "item_id": ["q", "k"], "plays": 1.0}),
        "items": pl.DataFrame(
            {"item_id": ["q", "q", "k"], "name": ["Queen", "Queen", "Kult"], "kind": "artist"}
        ),
    }
    dataset = Dataset.write(tmp_path / "data", tables, name="twice")
    table([("Queen", "k", 1.0), ("k", "q", 1.0)], "score").write_parquet(tmp_path / "theirs.parquet")
    lists = NeighbourFile.read(tmp_path / "theirs.parquet", dataset)
    assert lists.lists.rows() == [("q", "k", 1.0), ("k", "q", 1.0)]
    assert (lists.known, lists.unknown) == (3, 0)


def test_a_dataset_in_memory_is_named(tmp_path: Path) -> None:
    plays = pl.DataFrame({"listener_id": "u", "item_id": ["7", "8"], "plays": 1.0})
    table([("a", "b", 1)], "rank").write_parquet(tmp_path / "theirs.parquet")
    with pytest.raises(DataError) as raised:
        NeighbourFile.read(tmp_path / "theirs.parquet", Dataset.in_memory({"plays": plays}, name="numbers"))
    assert raised.value.remedy == "identify items by their item_id or name in the dataset 'numbers'"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (table([("n1", "n2")]), "lacks the column score or rank; its columns: target_item_id, item_id"),
        (pl.DataFrame({"target_item_id;item_id;score": ["n1;n2;1"]}), "lacks .*\\n  -> put commas between"),
        (table([("n1", "n2", 1)], "rank").clear(), "the file has no rows"),
        (table([("n1", "n2", 1)], "rank").drop("item_id"), "lacks the column item_id"),
        (table([("a", "b", 1)], "rank"), "0 of its 2 items are in the dataset"),
        (table([(f"a{i}", "n1", 1) for i in range(101)], "rank"), "1 of its 102 items are in the dataset"),
        (table([("n1", "a", 1), ("b", "n2", 1)], "rank"), "2 of its 4 items .* make 0 of its 2 pairs"),
        (table([("n1", "n2", None)], "score"), "none of its 1 rows has both items and a finite score"),
        (table([("n1", "n2", "0,9")], "score"), "none of its 1 rows has both items and a finite score"),
        (table([(["n1"], "n2", 1)], "rank"), r"columns of the wrong type \([^\n]*\)\n  ->"),
    ],
)
def test_mistakes_are_named(content: pl.DataFrame, says: str, scenes: Dataset, tmp_path: Path) -> None:
    content.write_parquet(tmp_path / "theirs.parquet")
    with pytest.raises(DataError, match=rf"theirs.parquet: .*{says}") as raised:
        NeighbourFile.read(tmp_path / "theirs.parquet", scenes)
    assert raised.value.remedy


@pytest.mark.parametrize("name", ["theirs.parquet", "theirs.csv"])
def test_a_file_that_is_none_is_named(name: str, scenes: Dataset, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        NeighbourFile.read(tmp_path / name, scenes)
    (tmp_path / name).write_bytes(b"\x00\xff" if name.endswith("t") else b"")
    with pytest.raises(DataError, match="cannot be read"):
        NeighbourFile.read(tmp_path / name, scenes)


def test_a_model_of_the_training_part_scores_as_if_fitted_here(scenes: Dataset, tmp_path: Path) -> None:
    config = ModelConfig.model_validate({"base": {"factors": 8}})
    protocol = ProtocolConfig(seed=3)
    train = write_training(hold_out(scenes, protocol), tmp_path / "train")
    models.fit(Dataset.open(train.path), config).neighbours(top=20).write_parquet(tmp_path / "theirs.parquet")
    theirs = NeighbourFile.read(tmp_path / "theirs.parquet", scenes)
    ours = default_systems(config)[-1]
    first, second = evaluate(scenes, [ours, System(theirs.name, theirs.fit)], protocol).group("overall")
    assert first.metrics == second.metrics


def test_the_training_part_has_the_catalogues_that_an_evaluation_fits(tmp_path: Path) -> None:
    """Each of twenty listeners of two radios plays a hit, and an item that nobody else plays."""
    people = [f"u{listener:02}" for listener in range(20)]
    plays = pl.DataFrame({"listener_id": people * 2, "item_id": ["hit"] * 20 + people, "plays": 1.0})
    items = plays.select(pl.col("item_id").unique().sort()).with_columns(
        name="item_id", kind=pl.lit("artist")
    )
    sources = pl.DataFrame({"listener_id": people, "source": ["long wave", "short wave"] * 10})
    tables = {"plays": plays, "items": items, "listeners": sources}
    split = hold_out(Dataset.write(tmp_path / "whole", tables, name="radios"), ProtocolConfig())
    train = write_training(split, tmp_path / "train")
    fitted = Exposure.of(train, split.interactions.listeners.ids, split.interactions.items)
    assert fitted.offered.tolist() == split.train_exposure.offered.tolist()
    assert fitted.offered.sum(axis=1).tolist() == [11, 11]


def test_the_training_part_has_no_trace_of_those_held_out(scenes: Dataset, tmp_path: Path) -> None:
    split = hold_out(scenes, ProtocolConfig())
    train = write_training(split, tmp_path / "train")
    assert train.name == "scenes-train"
    held = set(scenes.plays["listener_id"]) - set(train.plays["listener_id"])
    assert len(held) == split.relevant.shape[0] == 4
    assert train.items.equals(scenes.items), "the catalogue is all there"
    assert train.plays.sort("listener_id", "item_id").equals(
        scenes.plays.filter(~pl.col("listener_id").is_in(list(held))).sort("listener_id", "item_id")
    )
    with pytest.raises(TigertailError, match="already exists"):
        write_training(split, tmp_path / "train")
    write_training(split, tmp_path / "train", replace=True)


def test_the_training_part_does_not_take_the_place_of_its_dataset(tmp_path: Path) -> None:
    pairs = [(f"u{listener}", f"a{item}", 1.0) for listener in range(20) for item in range(2)]
    plays = pl.DataFrame(pairs, ["listener_id", "item_id", "plays"], orient="row")
    whole = Dataset.write(tmp_path / "whole", {"plays": plays}, name="whole")
    split = hold_out(whole, ProtocolConfig())
    with pytest.raises(DataError, match="whole: is the dataset that the training part is from"):
        write_training(split, tmp_path / "train" / ".." / "whole", replace=True)
    assert Dataset.open(whole.path).plays.equals(plays)
