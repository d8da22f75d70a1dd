"""Curated lists find the items they mean and count the others."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.errors import DataError
from tigertail.splitting.ground_truth import (
    GroundTruth,
    grade_matrix,
    graded_queries,
    halves,
    read_curated,
    read_sas,
    read_true,
)


def curated(folder: Path, *lines: str) -> Path:
    file = folder / "lists.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def pairs(truth: GroundTruth) -> set[tuple[str, str, float]]:
    return set(truth.pairs.iter_rows())


def test_ids_come_before_names_and_names_are_folded(scenes: Dataset, tmp_path: Path) -> None:
    truth = read_curated(curated(tmp_path, "query,similar", "n1,sigur ros", "CURE,КИНО"), scenes)
    assert pairs(truth) == {("n1", "n2", 1.0), ("n3", "n1", 1.0)}
    assert (truth.read, truth.queries_read, truth.queries, truth.left_out) == (2, 2, 2, {})
    assert not truth.graded


def test_what_cannot_be_used_is_counted(scenes: Dataset, tmp_path: Path) -> None:
    file = curated(
        tmp_path,
        "query,similar,grade",
        "n1,n2,2",
        "n1,n2,3",
        "n1,n3,0",
        "n1,n3,many",
        "n1,n3,-1",
        "n1,n1,1",
        "n1,,1",
        "Nobody at All,n1,1",
        "n1,Someone Else,1",
        "n1,Nirvana,1",
    )
    truth = read_curated(file, scenes)
    assert pairs(truth) == {("n1", "n2", 3.0)}
    assert truth.left_out == {
        "grade is not a number from 0 up": 2,
        "grade is 0: not similar": 1,
        "an item is similar to itself": 1,
        "query or similar is empty": 1,
        "query: not in the dataset": 1,
        "similar: not in the dataset": 1,
        "similar: several items have this name": 1,
        "pair is there already (the highest grade counts)": 1,
    }
    assert sum(truth.left_out.values()) + len(truth.pairs) == truth.read == 10
    assert set(truth.examples) == {"Nobody at All", "Someone Else", "Nirvana"}


def test_parquet_and_tabs_say_the_same(scenes: Dataset, tmp_path: Path) -> None:
    table = pl.DataFrame({"query": ["n1", "n2"], "similar": ["n2", "s1"], "grade": [1, 2]})
    table.write_parquet(tmp_path / "lists.parquet")
    table.write_csv(tmp_path / "lists.tsv", separator="\t")
    for name in ("lists.parquet", "lists.tsv"):
        truth = read_curated(tmp_path / name, scenes)
        assert pairs(truth) == {("n1", "n2", 1.0), ("n2", "s1", 2.0)}
        assert truth.graded


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["query,grade", "n1,1"], "lacks the column similar"),
        (["query,similar"], "has no rows"),
        (["query,similar", "who,whom"], "not one of its 1 pairs can be used"),
        ([""], "cannot be read"),
    ],
)
def test_useless_files_are_refused(scenes: Dataset, tmp_path: Path, lines: list[str], problem: str) -> None:
    with pytest.raises(DataError, match=problem) as refused:
        read_curated(curated(tmp_path, *lines), scenes)
    assert refused.value.remedy


def test_a_missing_file_is_refused(scenes: Dataset, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file") as refused:
        read_curated(tmp_path / "none.csv", scenes)
    assert refused.value.remedy


@pytest.fixture
def sas(tmp_path: Path) -> Path:
    (tmp_path / "lastfmapi_gold.txt").write_text("m-kino\tm-cure m-rós\nm-lost\tm-cure m-kino\n")
    (tmp_path / "mb2uri_lastfmapi.txt").write_text(
        "m-kino\tкино\turi\nm-cure\tthe cure\turi\nm-rós\tsomething else\turi\nm-lost\tlost\turi\n"
    )
    return tmp_path


def test_sas_matches_by_mbid_and_else_by_name(scenes: Dataset, sas: Path) -> None:
    by_name = read_sas(sas, scenes)
    assert pairs(by_name) == {("n1", "n3", 1.0)}
    assert by_name.left_out == {"query: not in the dataset": 2, "similar: not in the dataset": 1}
    assert set(by_name.examples) == {"something else", "lost"}
    mbids = scenes.items.with_columns(pl.when(pl.col("item_id") == "n2").then(pl.lit("m-rós")).alias("mbid"))
    known = Dataset.write(sas / "known", {"plays": scenes.plays, "items": mbids}, name="known")
    assert pairs(read_sas(sas, known)) == {("n1", "n3", 1.0), ("n1", "n2", 1.0)}


def test_sas_is_found_through_the_environment(
    scenes: Dataset, sas: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TIGERTAIL_DATA", raising=False)
    with pytest.raises(DataError, match="no folder of the SAS data set"):
        read_sas(None, scenes)
    sas.rename(sas.parent / "artist-similarity-sas")
    monkeypatch.setenv("TIGERTAIL_DATA", str(sas.parent))
    assert read_sas(None, scenes).name == "artist-similarity-sas"


def test_sas_says_in_which_line_it_is_damaged(scenes: Dataset, sas: Path) -> None:
    (sas / "lastfmapi_gold.txt").write_text("m-kino\tm-cure\nm-lost\n")
    with pytest.raises(DataError, match="line 2: 1 fields, expected 2"):
        read_sas(sas, scenes)


def test_real_data_have_no_true_affinity(scenes: Dataset) -> None:
    with pytest.raises(DataError, match="not known"):
        read_true(scenes)


def test_halves_share_no_query_and_hold_every_pair() -> None:
    queries = [f"artist {number}" for number in range(200)]
    lists = pl.DataFrame(
        [(query, similar, 1.0) for query in queries for similar in ("x", "y")],
        ["target_item_id", "item_id", "score"],
        orient="row",
    )
    whole = GroundTruth("lists", lists, False, 403, {"similar: not in the dataset": 3})
    inner, reported = halves(whole)
    assert pairs(inner) | pairs(reported) == pairs(whole)
    assert not set(inner.pairs["target_item_id"]) & set(reported.pairs["target_item_id"])
    assert 70 < inner.queries < 130
    for half in (inner, reported):
        assert sum(half.left_out.values()) + len(half.pairs) == half.read == 403
    fewer, _ = halves(GroundTruth("lists", lists[::-1].head(150), False, 150))
    assert set(fewer.pairs["target_item_id"]) < set(inner.pairs["target_item_id"])


@pytest.fixture
def by_two_curators() -> GroundTruth:
    """Both play n1 with n2, and one of them, in three shows, with n3 too."""
    rows = [("bob", "n1", "n2", 1.0), ("ann", "n1", "n2", 2.0), ("ann", "n1", "n3", 3.0)]
    columns = ["curator", "target_item_id", "item_id", "score"]
    return GroundTruth("shows", pl.DataFrame(rows, columns, orient="row"), True, 3)


def test_each_curator_asks_their_own_queries(scenes: Dataset, by_two_curators: GroundTruth) -> None:
    interactions = Interactions.of(scenes)
    asked = graded_queries(by_two_curators, interactions)
    assert by_two_curators.queries == 2
    assert asked.curators is not None
    assert asked.curators.to_list() == ["ann", "bob"]
    n1, n2, n3 = interactions.items.codes(pl.Series(["n1", "n2", "n3"]))
    assert asked.items.tolist() == [n1, n1]
    of_each = [
        dict(zip(*(part.tolist() for part in asked.grades.row(query)), strict=True)) for query in (0, 1)
    ]
    assert of_each == [{n2: 2, n3: 3}, {n2: 1}]


def test_grades_of_curators_are_added_in_one_matrix(scenes: Dataset, by_two_curators: GroundTruth) -> None:
    interactions = Interactions.of(scenes)
    n1, n2, n3 = interactions.items.codes(pl.Series(["n1", "n2", "n3"]))
    items, grades = grade_matrix(by_two_curators, interactions).row(int(n1))
    assert dict(zip(items.tolist(), grades.tolist(), strict=True)) == {n2: 3, n3: 3}
