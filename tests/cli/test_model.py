"""tigertail fit, similar, neighbours: on paper, for machines, and when things go wrong."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.support import run_cli
from typer.testing import Result

from tigertail.cli import main
from tigertail.dataset.dataset import Dataset
from tigertail.errors import DataError
from tigertail.mixing import Mixture
from tigertail.model import Model, load, save
from tigertail.storage import checksums

TIGERTAIL = [sys.executable, "-c", "from tigertail.cli import main; main()"]


@pytest.fixture(scope="module")
def folder(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "model"
    save(model, path)
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "model.toml"
    file.write_text("[base]\nfactors = 8\n")
    return file


def complaint(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object
) -> list[str]:
    """Return what the command says on standard error when it fails as it should: two lines, exit code 1."""
    monkeypatch.setattr(sys, "argv", ["tigertail", *(str(argument) for argument in arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    seen = capsys.readouterr()
    lines = seen.err.splitlines()
    assert (ended.value.code, seen.out, len(lines)) == (1, "", 2)
    assert lines[0].startswith("tigertail: ")
    assert lines[1].startswith("  -> ")
    return lines


def test_fit_says_what_it_made_and_what_comes_next(scenes: Dataset, settings: Path, tmp_path: Path) -> None:
    result = run_cli("fit", scenes.path, tmp_path / "model", "--config", settings)
    assert result.exit_code == 0
    assert "8 of 9 items with a listener, 8 factors" in result.stdout
    assert f'tigertail similar {tmp_path / "model"} "Кино"' in result.stdout
    assert load(tmp_path / "model").config.base.factors == 8


def test_fit_names_what_is_kept_out_and_nothing_is_called(scenes: Dataset, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text('unlisted = ["Кино", "Kinno"]\n[base]\nfactors = 2\n', encoding="utf-8")
    result = run_cli("fit", scenes.path, tmp_path / "model", "--config", tmp_path / "c.toml")
    assert "No item is called as unlisted says: Kinno." in result.stdout


def test_the_mixture_can_learn_from_curated_lists(scenes: Dataset, settings: Path, tmp_path: Path) -> None:
    lists = tmp_path / "lists.csv"
    lists.write_text("query,similar\nКино,Youssou N'Dour\nКино,Sade\nThe Cure,東京事変\n", "utf-8")
    for name, more in (("plain", []), ("taught", ["--lists", lists])):
        fitted = run_cli("fit", scenes.path, tmp_path / name, "--config", settings, *more)
        assert fitted.exit_code == 0
        assert ("Lists: 2 of 3 pairs train the mixture; 1: similar: " in fitted.stdout) == bool(more)
    plain, taught = (load(tmp_path / name).signals["mixture"] for name in ("plain", "taught"))
    assert isinstance(plain, Mixture)
    assert isinstance(taught, Mixture)
    assert np.array_equal(plain.parameters.taste, taught.parameters.taste), "lists teach what is alike alone"
    assert not np.array_equal(plain.parameters.kinship, taught.parameters.kinship)


def test_lists_that_cannot_be_read_are_two_lines(
    scenes: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lists = tmp_path / "lists.csv"
    arguments = ("fit", scenes.path, tmp_path / "model", "--lists", lists)
    assert "no such file" in complaint(monkeypatch, capsys, *arguments)[0]
    lists.write_text("a,b\n1,2\n")
    assert "lacks the column query" in complaint(monkeypatch, capsys, *arguments)[0]
    lists.write_text("query,similar\nx,y\n")
    plays = pl.DataFrame({"listener_id": ["a", "a", "b", "b"], "item_id": list("xyxy"), "plays": 1.0})
    Dataset.write(tmp_path / "few", {"plays": plays}, name="few")
    few = ("fit", tmp_path / "few", tmp_path / "model", "--lists", lists)
    with pytest.raises(DataError, match="too few listeners for a mixture"):
        run_cli(*few)
    assert "No mixture: too few listeners" in run_cli(*few[:3]).stdout
    assert "unknown layout 'xml'" in complaint(monkeypatch, capsys, *arguments, "--lists-format", "xml")[0]


def test_weights_are_shown_as_a_table_json_and_a_picture(folder: Path, tmp_path: Path) -> None:
    plot = tmp_path / "weights.svg"
    table = run_cli("weights", folder, "--plot", plot).stdout
    assert re.search(r"listeners +listening", table)
    assert "<svg" in plot.read_text("utf-8")
    rows = json.loads(run_cli("weights", folder, "--json").stdout)
    assert [row["listeners"] for row in rows] == [0, 1, 2, 5, 9]


def test_what_may_be_listed_can_be_narrowed(folder: Path) -> None:
    first, second = items(run_cli("similar", folder, "Кино", "-n", 2, "--json"))
    left = items(run_cli("similar", folder, "Кино", "-n", 1, "--exclude", first, "--json"))
    assert left == [second]
    assert items(run_cli("similar", folder, "Кино", "--kind", "track", "--json")) == []


def test_fresh_processes_with_any_threads_write_the_same_bytes(
    scenes: Dataset, settings: Path, tmp_path: Path
) -> None:
    for threads in (1, 2):
        arguments = ["fit", scenes.path, tmp_path / f"{threads}", "--config", settings, "--threads", threads]
        subprocess.run([*TIGERTAIL, *(str(argument) for argument in arguments)], check=True)
    assert checksums(tmp_path / "1") == checksums(tmp_path / "2")


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


def test_neighbours_of_all_and_of_some(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "lists.parquet"
    assert "24 rows for 8 items" in run_cli("neighbours", folder, "--out", out, "--top", "3").stdout
    assert pl.read_parquet(out).columns == ["target_item_id", "item_id", "score", "rank"]
    (tmp_path / "queries.txt").write_text("Кино\ns1\n", "utf-8")
    run_cli(
        "neighbours", folder, "--out", out, "--queries", tmp_path / "queries.txt", "--top", "1", "--names"
    )
    lists = pl.read_parquet(out)
    assert lists["target_item_id"].to_list() == ["n1", "s1"]
    assert lists["target_name"].to_list() == ["Кино", "東京事変"]


@pytest.fixture(scope="module")
def local(local_model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "local"
    save(local_model, path)
    return path


def items(result: Result) -> list[str]:
    assert result.exit_code == 0
    return [answer["item_id"] for answer in json.loads(result.stdout)]


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
    assert items(result) == items(run_cli("similar", local, "Queen", "--json", "--country", "Eastern Europe"))
    written = run_cli("neighbours", local, "--out", tmp_path / "lists.parquet", "--top", 2, "--country", "CZ")
    assert "localised to Eastern Europe" in written.stderr
    assert "16 rows for 8 items" in written.stdout


def test_neighbours_are_asked_from_somewhere(local: Path, tmp_path: Path) -> None:
    out = tmp_path / "lists.parquet"
    run_cli("neighbours", local, "--out", out, "--top", 3, "--country", "PL", "--lens", 1)
    lists = pl.read_parquet(out).filter(target_item_id="star")
    asked = run_cli("similar", local, "star", "-n", 3, "--country", "PL", "--lens", 1, "--json")
    assert lists["item_id"].to_list() == items(asked)


def test_why_is_told_in_words_and_in_json(local: Path) -> None:
    asked = ["similar", local, "Queen", "-n", 1, "--country", "PL", "--why"]
    table = run_cli(*asked).stdout
    assert re.search(r"listeners +stratum +why", table)
    assert re.search(r"listening x \d+: ", table)
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


@pytest.fixture
def newcomers(tmp_path: Path) -> Path:
    rows = [(f"new-{n}", item, 1.0) for n in range(3) for item in ("n1", "n2", "x1")]
    plays = pl.DataFrame(rows, ["listener_id", "item_id", "plays"], orient="row")
    return Dataset.write(tmp_path / "newcomers", {"plays": plays}, name="newcomers").path


def test_add_says_what_came_and_how_far_the_model_has_gone(
    model: Model, newcomers: Path, tmp_path: Path
) -> None:
    save(model, tmp_path / "model")
    before = checksums(tmp_path / "model")
    dry = run_cli("add", tmp_path / "model", newcomers, "--dry-run")
    assert checksums(tmp_path / "model") == before
    result = run_cli("add", tmp_path / "model", newcomers)
    assert "Added 3 listeners, 9 plays, 1 items that had no listener" in result.stdout
    assert "Since the fit: 15.0 % more plays, 12.5 % more items" in result.stdout
    assert "Fine: a fit is due when" in result.stdout
    assert dry.stdout == result.stdout + f"{tmp_path / 'model'} was left as it is.\n"
    assert load(tmp_path / "model").index.match("x1").code >= 0


def test_what_is_there_already_is_refused_and_the_model_stays(
    model: Model,
    scenes: Dataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    save(model, tmp_path / "model")
    before = checksums(tmp_path / "model")
    said, remedy = complaint(monkeypatch, capsys, "add", tmp_path / "model", scenes.path)
    assert "this dataset is in the model already" in said
    assert "new listeners only" in remedy
    assert checksums(tmp_path / "model") == before


@pytest.mark.parametrize(("listeners", "who"), [(1, "only one listener plays"), (2, None)])
def test_fit_says_that_one_listener_shows_no_likeness(
    listeners: int, who: str | None, settings: Path, tmp_path: Path
) -> None:
    plays = [(f"u{listener}", item, 1.0) for listener in range(listeners) for item in ("Can", "Sade", "Neu!")]
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        "plays": pl.DataFrame(
            [*plays, ("alone", "Can", 1.0)], ["listener_id", "item_id", "plays"], orient="row"
        ),
        "items": pl.DataFrame(
            {"item_id": ["Can", "Neu!", "Sade"], "name": ["Can", "Neu!", "Sade"], "kind": "artist"}
        ),
    }
    dataset = Dataset.write(tmp_path / "dataset", tables, name="mine")
    result = run_cli("fit", dataset.path, tmp_path / "model", "--config", settings)
    assert result.exit_code == 0
    assert ("two items or more: likeness" in result.stderr) == (who is not None)
    assert who is None or who in result.stderr


def test_for_me_lists_what_a_file_of_plays_leads_to(folder: Path, model: Model, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("artist,plays\nКино,3\nZorble,1\nThe Cure,1\n", encoding="utf-8")
    own = model.recommend({"n1": 3, "n3": 1}, n=2)
    printed = run_cli("for-me", folder, tmp_path / "mine.csv", "-n", 2)
    assert "For a listener of 2 items" in printed.stdout
    assert [name in printed.stdout for name in own["name"]] == [True, True]
    assert "1 of 3 entries are no item of the model: Zorble" in printed.stderr
    listed = json.loads(run_cli("for-me", folder, tmp_path / "mine.csv", "-n", 2, "--json").stdout)
    assert [row["item_id"] for row in listed] == own["item_id"].to_list()


def test_for_me_takes_the_options_of_a_query(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("Кино\n", encoding="utf-8")
    arguments = ("for-me", folder, tmp_path / "mine.txt", "--json", "--include-known", "--exclude", "n2")
    found = [row["item_id"] for row in json.loads(run_cli(*arguments).stdout)]
    assert "n1" in found
    assert "n2" not in found
