"""Curated lists find the items they mean and count the others."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.errors import DataError
from tigertail.ground_truth.curated_lists import read_curated, read_sas
from tigertail.ground_truth.ground_truth import GroundTruth


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
        ",n1,1",
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
        "query or similar is empty": 2,
        "query: not in the dataset": 1,
        "similar: not in the dataset": 1,
        "similar: several items have this name": 1,
        "pair is there already (the highest grade counts)": 1,
    }
    assert sum(truth.left_out.values()) + len(truth.pairs) == truth.read == 11
    assert truth.queries_read == 2
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
        (["query,similar,grade", "n1,n2,", "n1,n3,many"], r"used \(grade is not a number from 0 up"),
        (["query,similar", "n1,n1"], r"used \(an item is similar to itself"),
        ([""], "cannot be read"),
    ],
)
def test_useless_files_are_refused(scenes: Dataset, tmp_path: Path, lines: list[str], problem: str) -> None:
    with pytest.raises(DataError, match=problem) as refused:
        read_curated(curated(tmp_path, *lines), scenes)
    assert refused.value.remedy


def test_spellings_of_one_item_are_one_query(scenes: Dataset, tmp_path: Path) -> None:
    truth = read_curated(curated(tmp_path, "query,similar", "n1,n2", "Кино,n3", "кино,n2"), scenes)
    assert (truth.queries_read, truth.queries) == (1, 1)


def test_ids_that_an_empty_cell_made_floats_are_whole_again(tmp_path: Path) -> None:
    tables = {
        "plays": pl.DataFrame({"listener_id": ["ana"] * 2, "item_id": ["1", "2"], "plays": [1.0] * 2}),
        "items": pl.DataFrame({"item_id": ["1", "2"], "name": ["Kult", "Sade"], "kind": "artist"}),
        "listeners": pl.DataFrame({"listener_id": ["ana"]}),
    }
    dataset = Dataset.write(tmp_path / "numbered", tables, name="numbered")
    table = pl.DataFrame({"query": [1.0, None], "similar": [2.0, 1.0]})
    table.write_parquet(tmp_path / "lists.parquet")
    assert pairs(read_curated(tmp_path / "lists.parquet", dataset)) == {("1", "2", 1.0)}


@pytest.mark.parametrize(
    ("lines", "remedy"),
    [
        (["n1,n2,0", "n2,n3,0", "Nobody,n1,0"], "a grade above 0"),
        (["Nobody,n1,1", "Nobody,n2,1", "n2,n3,0"], "unlike Nobody"),
    ],
)
def test_the_remedy_is_that_of_most_pairs(
    scenes: Dataset, tmp_path: Path, lines: list[str], remedy: str
) -> None:
    with pytest.raises(DataError) as refused:
        read_curated(curated(tmp_path, "query,similar,grade", *lines), scenes)
    assert remedy in refused.value.remedy


@pytest.mark.parametrize("query", [["n1"], b"\xff"])
def test_columns_of_no_text_are_refused(scenes: Dataset, tmp_path: Path, query: object) -> None:
    pl.DataFrame({"query": [query], "similar": ["n2"]}).write_parquet(tmp_path / "lists.parquet")
    with pytest.raises(DataError, match=r"its columns are not all text and numbers \(query "):
        read_curated(tmp_path / "lists.parquet", scenes)


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
    monkeypatch.setenv("TIGERTAIL_DATA", "")
    with pytest.raises(DataError, match="no folder of the SAS data set"):
        read_sas(None, scenes)
    sas.rename(sas.parent / "artist-similarity-sas")
    monkeypatch.setenv("TIGERTAIL_DATA", str(sas.parent))
    assert read_sas(None, scenes).name == "artist-similarity-sas"


def test_sas_is_called_as_its_folder_also_from_within(
    scenes: Dataset, sas: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sas)
    assert read_sas(".", scenes).name == sas.name


def test_sas_has_mbids_in_any_letter_case(scenes: Dataset, sas: Path) -> None:
    mbids = scenes.items.with_columns(pl.when(pl.col("item_id") == "n2").then(pl.lit("m-rós")).alias("mbid"))
    known = Dataset.write(sas / "known", {"plays": scenes.plays, "items": mbids}, name="known")
    for file in sas.glob("*.txt"):
        file.write_text(file.read_text().upper())
    assert pairs(read_sas(sas, known)) == {("n1", "n3", 1.0), ("n1", "n2", 1.0)}


def test_sas_of_other_artists_asks_for_another_dataset(scenes: Dataset, sas: Path) -> None:
    (sas / "lastfmapi_gold.txt").write_text("m-x\tm-y\n")
    with pytest.raises(DataError, match="not one of its 1 pairs") as refused:
        read_sas(sas, scenes)
    assert refused.value.remedy.startswith("use a dataset")
    (sas / "lastfmapi_gold.txt").write_text("m-kino\t\n")
    with pytest.raises(DataError, match="no artist has a similar one"):
        read_sas(sas, scenes)


def test_sas_says_in_which_line_it_is_damaged(scenes: Dataset, sas: Path) -> None:
    (sas / "lastfmapi_gold.txt").write_text("m-kino\tm-cure\nm-lost\n")
    with pytest.raises(DataError, match="line 2: no tab after the id"):
        read_sas(sas, scenes)
    (sas / "lastfmapi_gold.txt").write_text("\n")
    with pytest.raises(DataError, match="the file has no rows"):
        read_sas(sas, scenes)


def test_sas_lists_may_have_tabs_and_names_any_character(scenes: Dataset, sas: Path) -> None:
    (sas / "lastfmapi_gold.txt").write_text("m-kino\tm-cure\tm-rós\n\n")
    names = sas / "mb2uri_lastfmapi.txt"
    names.write_text(names.read_text().replace("something else", "something\u2028else"))
    truth = read_sas(sas, scenes)
    assert pairs(truth) == {("n1", "n3", 1.0)}
    assert truth.examples == ("something\u2028else",)
