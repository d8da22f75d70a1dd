"""Curators leave with all they wrote, and what they play together remains as a truth."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError, DataError
from tigertail.splitting.shows import HeldOutShows, curators_with_shows, hold_out_shows

CURATORS = 10


def radio(folder: Path, curators: int = CURATORS, *, position: int | None = 1, short: str = "ab") -> Dataset:
    """Every DJ plays a, b and c in one show and a with b in another; a repertoire of each has d too.

    Item a has five listeners, b and c four, d one.
    """
    shows = {"long": "abc", "short": short}
    rows = [
        (f"{show} of dj{dj}", position, item, f"dj{dj}")
        for dj in range(curators)
        for show, items in shows.items()
        for item in items
    ]
    rows += [(f"all of dj{dj}", None, item, f"dj{dj}") for dj in range(curators) for item in "abcd"]
    rows += [("anonymous", position, item, None) for item in "ad"]
    schema = {"sequence_id": pl.String, "position": pl.Int32, "item_id": pl.String, "curator": pl.String}
    listened = {"a": 5, "b": 5, "c": 4, "d": 1}
    plays = [(f"listener{number}", item, 1.0) for item, most in listened.items() for number in range(most)]
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        "plays": pl.DataFrame(plays, ["listener_id", "item_id", "plays"], orient="row"),
        "sequences": pl.DataFrame(rows, schema, orient="row"),
        "annotations": pl.DataFrame(
            {"annotator": [*(f"dj{dj}" for dj in range(curators)), "someone"]}
        ).with_columns(
            item_id=pl.lit("a"), facet=pl.lit("tag"), label=pl.lit("loud"), weight=1.0, source=pl.lit("crowd")
        ),
    }
    return Dataset.write(folder / "dataset", tables, name="radio")


@pytest.fixture
def held(tmp_path: Path) -> HeldOutShows:
    return hold_out_shows(radio(tmp_path), held_out=0.3)


def test_no_row_of_a_held_out_curator_remains(held: HeldOutShows) -> None:
    assert len(held.curators) == 3
    sequences = held.train.scan("sequences").collect()
    remaining = set(sequences["curator"].drop_nulls())
    assert remaining == {f"dj{dj}" for dj in range(CURATORS)} - set(held.curators)
    assert not sequences["sequence_id"].str.contains_any(held.curators.to_list()).any()
    annotators = set(held.train.scan("annotations").collect()["annotator"])
    assert annotators == {*remaining, "someone"}


def test_a_show_that_is_a_listener_goes_with_its_curator(tmp_path: Path) -> None:
    shows = radio(tmp_path)
    plays = shows.scan("sequences").select(
        pl.col("sequence_id").alias("listener_id"), "item_id", pl.lit(1.0).alias("plays")
    )
    tables = {"plays": plays.unique().collect(), "sequences": shows.scan("sequences").collect()}
    held = hold_out_shows(Dataset.in_memory(tables, name="radio"), held_out=0.3)
    remaining = held.train.plays["listener_id"].unique()
    assert len(remaining) == 7 * 3 + 1
    assert not remaining.str.contains_any(held.curators.to_list()).any()


def test_a_grade_is_the_number_of_shows_with_both(held: HeldOutShows) -> None:
    expected = {("a", "b"): 2, ("a", "c"): 1, ("b", "a"): 2, ("b", "c"): 1, ("c", "a"): 1, ("c", "b"): 1}
    for curator in held.curators:
        rows = held.truth.pairs.filter(pl.col("curator") == curator)
        found = {(row["target_item_id"], row["item_id"]): row["score"] for row in rows.iter_rows(named=True)}
        assert found == expected
    assert held.truth.graded
    assert held.truth.queries == held.truth.queries_read == 3 * 3


def test_each_curator_asks_a_sample_of_each_stratum(tmp_path: Path) -> None:
    """The head is a and b, the mid c: of each stratum one query, and the other head query is counted."""
    dataset = radio(tmp_path)
    truth = hold_out_shows(dataset, held_out=0.3, queries=1).truth
    for _, asked in truth.pairs.group_by("curator"):
        assert asked["target_item_id"].n_unique() == 2
        assert "c" in asked["target_item_id"]
    assert sum(truth.left_out.values()) + len(truth.pairs) == truth.read == 3 * 6


def test_a_seed_chooses_the_curators(tmp_path: Path) -> None:
    dataset = radio(tmp_path, 30)
    chosen = [tuple(hold_out_shows(dataset, seed=seed).curators) for seed in (0, 0, 1)]
    assert chosen[0] == chosen[1] != chosen[2]
    first, second = (hold_out_shows(dataset, queries=1, seed=0).truth.pairs for _ in range(2))
    assert first.equals(second)


def test_an_item_that_the_catalogue_lacks_is_neither_query_nor_answer(tmp_path: Path) -> None:
    """The short show is of a and z, whom nobody plays: its two pairs are of no use."""
    truth = hold_out_shows(radio(tmp_path, short="az"), held_out=0.3).truth
    assert set(truth.pairs["target_item_id"]) == set(truth.pairs["item_id"]) == set("abc")
    assert truth.left_out == {"item is not in the catalogue": 3 * 2}
    assert len(truth.pairs) == 3 * 6
    assert truth.queries == 3 * 3
    assert truth.queries_read == 3 * 4


def test_a_curator_stays_to_learn_from(tmp_path: Path) -> None:
    assert len(hold_out_shows(radio(tmp_path), held_out=0.96).curators) == CURATORS - 1


def test_curators_may_be_named_so_that_each_is_held_out_once(tmp_path: Path) -> None:
    dataset = radio(tmp_path)
    able = curators_with_shows(dataset)
    assert able.to_list() == [f"dj{dj}" for dj in range(CURATORS)]
    held = [hold_out_shows(dataset, curators=part) for part in (able[:5].to_list(), able[5:].to_list())]
    assert pl.concat([one.curators for one in held]).equals(able)
    assert all(set(one.truth.pairs["curator"]) == set(one.curators) for one in held)


@pytest.mark.parametrize(
    ("curators", "message"),
    [
        (["dj1", "someone"], "1 of the curators to hold out have no show with two items, such as 'someone'"),
        ([], "0 of 10 curators"),
        ([f"dj{dj}" for dj in range(CURATORS)], "10 of 10 curators"),
    ],
)
def test_named_curators_have_shows_and_leave_some(tmp_path: Path, curators: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        hold_out_shows(radio(tmp_path), curators=curators)


@pytest.mark.parametrize("wrong", [{"held_out": 1.0}, {"held_out": 0.0}, {"queries": 0}, {"seed": -1}])
def test_numbers_out_of_their_bounds_are_refused(tmp_path: Path, wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=r"held_out is|seed is -1"):
        hold_out_shows(radio(tmp_path), **wrong)  # type: ignore[arg-type]


def test_few_curators_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="only 9 curators have a show with two items") as refused:
        hold_out_shows(radio(tmp_path, 9))
    assert "give each show its own id as its curator" in (refused.value.remedy or "")


def test_sequences_without_order_are_no_shows(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="only 0 curators") as refused:
        hold_out_shows(radio(tmp_path, position=None))
    assert "positions" in (refused.value.remedy or "")


def test_a_dataset_without_sequences_is_refused(scenes: Dataset) -> None:
    with pytest.raises(DataError, match="no table 'sequences'"):
        hold_out_shows(scenes)
