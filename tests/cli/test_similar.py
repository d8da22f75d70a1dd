"""tigertail similar: on paper, for machines, from anywhere, and when things go wrong."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from tests.cli.conftest import complaint, items
from tests.support import run_cli

from tigertail.dataset.dataset import Dataset
from tigertail.errors import UnknownItemError

TIGERTAIL = [sys.executable, "-c", "from tigertail.cli import main; main()"]


def test_what_may_be_listed_can_be_narrowed(folder: Path) -> None:
    first, second = items(run_cli("similar", folder, "Кино", "-n", 2, "--json"))
    left = items(run_cli("similar", folder, "Кино", "-n", 1, "--exclude", first, "--json"))
    assert left == [second]
    assert items(run_cli("similar", folder, "Кино", "--kind", "track", "--json")) == []


def test_more_than_there_is_may_be_asked_for(folder: Path) -> None:
    every = items(run_cli("similar", folder, "Кино", "-n", 8, "--json"))
    assert items(run_cli("similar", folder, "Кино", "-n", 10**20, "--json")) == every


def test_a_name_that_looks_like_an_option_is_told_how_to_be_one(folder: Path) -> None:
    taken = run_cli("similar", folder, "-M-", "-n", 3)
    assert "put -- before a name that begins with -" in taken.stderr
    with pytest.raises(UnknownItemError, match="no item called '-M-'"):
        run_cli("similar", folder, "-n", 3, "--", "-M-")
    assert "put --" not in run_cli("similar", folder, "--bata", 1, "Кино").stderr  # a slip in --beta


def test_similar_prints_a_table(folder: Path) -> None:
    result = run_cli("similar", folder, "youssou ndour", "-n", "3")
    assert "After Youssou N'Dour (6 listeners, " in result.stdout
    for name in ("東京事変", "فيروز", "Nirvana"):
        assert name in result.stdout
    assert "Кино" not in result.stdout
    assert "SIMULATED" not in result.stdout


def test_a_name_that_several_have_is_noted_beside_the_list(folder: Path, tmp_path: Path) -> None:
    result = run_cli("similar", folder, "NIRVANA", "-n", "1")
    assert "After Nirvana (9 listeners, " in result.stdout
    assert "Note: 2 items have the name 'NIRVANA'; the one with most listeners is taken." in result.stderr
    assert "Nirvana (6 listeners): id:s4" in result.stderr
    assert "After Nirvana (6 listeners, " in run_cli("similar", folder, "id:s4").stdout
    (tmp_path / "queries.txt").write_text("nirvana\n", "utf-8")
    lists = run_cli("neighbours", folder, "--out", tmp_path / "n.csv", "--queries", tmp_path / "queries.txt")
    assert "Note: 2 items have the name 'nirvana'" in lists.stderr
    assert "Note: 2 items" in run_cli("similar", folder, "n1", "--exclude", "Nirvana").stderr


def test_similar_prints_json(folder: Path) -> None:
    answers = json.loads(run_cli("similar", folder, "n1", "-n", "2", "--json").stdout)
    assert [answer["rank"] for answer in answers] == [1, 2]
    assert answers[0].keys() == {"rank", "item_id", "name", "score", "listeners", "stratum"}
    assert json.loads(run_cli("similar", folder, "x9", "--json").stdout) == []


def test_options_reach_the_question(folder: Path) -> None:
    assert run_cli("similar", folder, "s1", "--signal", "co-listening", "--json").stdout.count("item_id") == 3
    cosine, dot = (run_cli("similar", folder, "s1", "--beta", beta, "--json").stdout for beta in (1, 0))
    assert cosine != dot


def test_no_answer_is_explained(folder: Path, tmp_path: Path) -> None:
    assert "no answer: no listener has played it" in run_cli("similar", folder, "Nobody Yet").stdout
    plays = pl.DataFrame({"listener_id": ["u"], "item_id": ["a"], "plays": [3]})
    Dataset.write(tmp_path / "small", {"plays": plays}, name="small")
    run_cli("fit", tmp_path / "small", tmp_path / "model")
    alone = run_cli("similar", tmp_path / "model", "a").stdout
    assert "no answer" in alone
    assert "no listener has played it" not in alone


def test_no_answer_to_an_artist_without_listeners_is_explained_by_what_covers_it(tmp_path: Path) -> None:
    plays = {"listener_id": [f"u{one}" for one in range(8) for _ in "ab"], "item_id": ["a", "b"] * 8}
    tags = {"item_id": ["a", "b", "c"], "facet": ["tag"] * 3, "label": ["noise", "polka", "noise"]}
    more = {"weight": [1.0] * 3, "source": ["expert"] * 3, "annotator": [""] * 3}
    items = {"item_id": ["a", "b", "c"], "name": ["a", "b", "c"], "kind": ["artist"] * 3}
    tables = {"plays": plays | {"plays": [3] * 16}, "items": items, "annotations": tags | more}
    Dataset.write(tmp_path / "data", {name: pl.DataFrame(table) for name, table in tables.items()}, name="d")
    run_cli("fit", tmp_path / "data", tmp_path / "model")
    cold = ("similar", tmp_path / "model", "c", "--exclude", "a", "--exclude", "b")
    covered = run_cli(*cold, "--signal", "annotation").stdout
    assert "no answer: no item that may be listed has an affinity to it" in covered
    assert "no answer: no listener has played it" in run_cli(*cold, "--signal", "listening").stdout


def test_a_question_is_asked_from_somewhere(local: Path) -> None:
    asked = ["similar", local, "Queen", "-n", 3, "--json"]
    polish, brazilian = ({f"{country}{number}" for number in (1, 2, 3)} for country in "pb")
    for place in ("PL", "Polska", "poland"):
        assert set(items(run_cli(*asked, "--country", place))) == polish
    assert set(items(run_cli(*asked, "--language", "Portuguese"))) == brazilian
    assert set(items(run_cli(*asked, "--group", "BR"))) == brazilian
    assert items(run_cli(*asked, "--country", "PL", "--lens", 0)) == items(run_cli(*asked))
    assert run_cli(*asked, "--country", "PL").stderr == ""


def test_a_notice_goes_to_standard_error_and_the_list_to_standard_output(local: Path, tmp_path: Path) -> None:
    result = run_cli("similar", local, "Queen", "--json", "--country", "Česko")
    assert result.stderr == "Note: too few listeners in Czechia: localised to Eastern Europe\n"
    small = run_cli("similar", local, "Queen", "--json", "--group", "151")
    assert items(result) == items(small), "the group of the countries that are too small for one of their own"
    written = run_cli("neighbours", local, "--out", tmp_path / "lists.parquet", "--top", 2, "--country", "CZ")
    assert "localised to Eastern Europe" in written.stderr
    assert "16 rows for 8 items" in written.stdout


def test_why_is_told_in_words_and_in_json(local: Path) -> None:
    asked = ["similar", local, "Queen", "-n", 1, "--country", "PL", "--why"]
    table = run_cli(*asked).stdout
    assert re.search(r"listeners +stratum +why", table)
    assert re.search(r"listening x \d+ \(lens x \d\.\d\): ", table)
    assert re.search(r"listeners in common, .*Poland", table)
    assert re.search(r"Poland \d\d %, ", run_cli(*asked, "--signal", "listening").stdout)
    only = ["--signal", "listening", "--why", "--json"]
    [answer] = json.loads(run_cli("similar", local, "Hey", "-n", 1, *only).stdout)
    [why] = answer["why"]
    assert (why["group"], why["name"]) == ("PL", "Poland")
    assert why["share"] == pytest.approx(1)


def test_another_list_stands_beside(folder: Path) -> None:
    table = run_cli("similar", folder, "s1", "-n", 3, "--beside", "cosine").stdout
    assert re.search(r"rank +naive CF \(cosine\) +listeners +Tigertail \(mixture\) +listeners", table)
    assert len(re.findall(r"= فيروز", table)) == 2
    assert "home" not in table
    [first, *_] = json.loads(run_cli("similar", folder, "s1", "-n", 3, "--beside", "cosine", "--json").stdout)
    assert first.keys() >= {"rank", "item_id", "other_item_id", "in_both", "other_in_both"}


def test_who_has_no_answer_is_said_beside_too(folder: Path) -> None:
    table = run_cli("similar", folder, "Nobody Yet", "--beside", "cosine").stdout
    assert "naive CF (cosine) has no answer: no listener has played it" in table
    assert "Tigertail (mixture) has no answer" in table


def test_a_lens_that_cannot_be_is_two_lines(
    local: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*options: object) -> list[str]:
        return complaint(monkeypatch, capsys, "similar", local, "Queen", *options)

    assert "unknown country or region 'Narnia'" in said("--country", "Narnia")[0]
    assert (
        "the lens takes one of country, language and group" in said("--country", "PL", "--language", "pl")[0]
    )
    assert "lens needs a country, language or group" in said("--lens", 0.5)[0]
    assert "the groups are: 151, BR, PL" in said("--group", "Poland")[1]
    assert "has no groups of listeners" in said("--country", "PL", "--signal", "factors")[0]


def test_errors_are_two_lines(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*arguments: object) -> list[str]:
        return complaint(monkeypatch, capsys, *arguments)

    problem, remedy = said("similar", folder, "Sigur Rosa")
    assert "no item called 'Sigur Rosa'" in problem
    assert "Sigur Rós" in remedy
    assert "no such model" in said("similar", tmp_path / "nowhere", "a")[0]
    assert "no such dataset" in said("fit", tmp_path / "nowhere", tmp_path / "model")[0]
    (tmp_path / "typo.toml").write_text("[base]\nfacters = 8\n")
    typo = said("fit", tmp_path, tmp_path / "model", "--config", tmp_path / "typo.toml")
    assert "base.facters: unknown key" in typo[0]
    (tmp_path / "queries.txt").write_text("n1\nSade\n")
    asked = said("neighbours", folder, "--out", tmp_path / "out.csv", "--queries", tmp_path / "queries.txt")
    assert "queries.txt, line 2: no item called 'Sade'" in asked[0]
    assert (
        "--beside and --why cannot be combined"
        in said("similar", folder, "s1", "--beside", "cosine", "--why")[0]
    )
    assert "unknown signal 'taste'" in said("similar", folder, "s1", "--beside", "taste")[0]
    (folder.parent / "damaged").mkdir()
    (folder.parent / "damaged" / "manifest.json").write_text("{")
    assert "damaged manifest" in said("similar", folder.parent / "damaged", "a")[0]
    assert not (tmp_path / "out").exists()


def test_a_reader_that_goes_away_is_no_error(folder: Path) -> None:
    command = [*TIGERTAIL, "similar", str(folder), "n1"]
    for machine in ([], ["--json"]):
        reading, writing = os.pipe()
        os.close(reading)
        run = subprocess.run([*command, *machine], stdout=writing, stderr=subprocess.PIPE, check=False)
        os.close(writing)
        assert run.stderr == b""
