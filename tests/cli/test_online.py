"""tigertail online-report, and fit --feedback: what they print, write and refuse."""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path

import polars as pl
import pytest
from tests.support import run_cli, write_store
from typer.testing import CliRunner

from tigertail.cli import app, online
from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError
from tigertail.evaluation.online import online_report
from tigertail.feedback import read_feedback
from tigertail.model import Model
from tigertail.testing.simulated_listeners import Population


@pytest.fixture(scope="module")
def better(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which the first model is much better, its export, and the lists of both models."""
    population = Population(edge=0.3)
    folder = tmp_path_factory.mktemp("better")
    store = write_store(population.duel(400, seed=0).events(), folder / "events.sqlite")
    read_feedback(store).write_parquet(folder / "events.parquet")
    for model, name in enumerate(("first", "second")):
        population.ranking(model).write_parquet(folder / f"{name}.parquet")
    return folder


def test_a_store_is_reported_with_winner_and_estimated_ndcg(better: Path) -> None:
    given = [f"--ranking={name}={better / name}.parquet" for name in ("first", "second")]
    text = run_cli("online-report", better / "events.sqlite", *given, "-k", 5).stdout
    for words in (
        "lists shown to 400 listeners",
        "95 % intervals over listeners",
        "examined",
        "first against second",
        "95 % interval, anytime-valid",
        "first wins, decided after",
        "at most 0.05 of all experiments",
        "Estimated nDCG@5 of rankings",
        "DR minus first",
        "rarely examined",
    ):
        assert words in text
    assert "Note:" not in text
    assert "Left out" not in text


def test_it_says_that_nothing_is_decided_yet_and_what_is_missing(better: Path, tmp_path: Path) -> None:
    events = pl.read_parquet(better / "events.parquet")
    few = tmp_path / "few.parquet"
    stray = events.tail(1).with_columns(list_id=pl.lit("gone"), kind=pl.lit("like"))
    pl.concat([events.head(60), stray]).write_parquet(few)
    text = run_cli("online-report", few).stdout
    assert "Not decided yet: run this again later" in text
    assert "Left out: 1 event, an action without an impression." in text
    assert "Note: position bias cannot be estimated" in text
    assert "unknown" in text
    assert "nDCG" not in text


def test_json_and_a_folder_hold_everything(better: Path, tmp_path: Path) -> None:
    done = run_cli("online-report", better / "events.parquet", "--json", "--report", tmp_path / "report")
    printed = json.loads(done.stdout)
    assert printed == json.loads((tmp_path / "report" / "online.json").read_text("utf-8"))
    assert printed["duels"][0]["winner"] == "first"
    assert (tmp_path / "report" / "online.png").is_file()
    assert "Written to" in done.stderr


def test_names_of_files_neither_steer_a_terminal_nor_begin_a_formula(better: Path, tmp_path: Path) -> None:
    events = pl.read_parquet(better / "events.parquet")
    red = pl.col("model").replace("first", "\x1b[31m$\\red$")
    events.with_columns(red).write_parquet(tmp_path / "events.parquet")
    ranking = f"--ranking=$\\foo$={better / 'first'}.parquet"
    done = run_cli("online-report", tmp_path / "events.parquet", ranking, "--report", tmp_path / "report")
    assert "\\x1b[31m$\\red$ wins, decided after" in done.stdout
    assert "\x1b" not in done.stdout
    assert (tmp_path / "report" / "online.png").is_file()


def test_what_no_listener_tells_yet_is_unknown_and_the_table_says_where_it_ends(tmp_path: Path) -> None:
    rows = [
        {"kind": "impression", "query": "q", "item": str(rank), "rank": rank, "model": "ab"[rank % 2]}
        | {"list_id": "1", "listener": "me"}
        for rank in range(1, 31)
    ]
    store = write_store(pl.DataFrame(rows), tmp_path / "events.sqlite")
    text = run_cli("online-report", store, "--delay", 1).stdout
    assert "unknown" in next(line for line in text.splitlines() if "win share of" in line)
    assert "By rank, the first 20 of 30 (" in text


@pytest.mark.parametrize("lacks", ["a folder", "matplotlib"])
def test_a_report_that_cannot_be_written_is_refused_before_the_work(
    lacks: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if lacks == "a folder":
        (tmp_path / "report").write_text("")
    else:
        monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    asked = ["online-report", str(tmp_path / "no such store"), "--report", str(tmp_path / "report")]
    result = CliRunner().invoke(app, asked)
    assert "is a file" in result.output or "matplotlib" in str(result.exception)


@pytest.mark.parametrize("name", ["alpha", "k", "delay"])
def test_options_have_the_defaults_of_the_function(name: str) -> None:
    command, function = (
        inspect.signature(one).parameters[name] for one in (online.online_report, online_report)
    )
    assert command.default == function.default


def test_a_ranking_without_a_name_is_refused(better: Path) -> None:
    with pytest.raises(ConfigError, match="is not NAME=PATH"):
        run_cli("online-report", better / "events.parquet", "--ranking", better / "first.parquet")


def test_fit_learns_from_feedback_and_says_how_much(scenes: Dataset, model: Model, tmp_path: Path) -> None:
    rows = [
        {"kind": kind, "query": "n1", "item": item, "rank": 1, "model": "v", "list_id": item, "listener": "u"}
        for item in ("n2", "n3", "unheard of")
        for kind in ("impression", "play")
    ]
    store = write_store(pl.DataFrame(rows), tmp_path / "events.sqlite")
    (tmp_path / "small.toml").write_text("[base]\nfactors = 8\n", encoding="utf-8")
    fit = ["fit", scenes.path, tmp_path / "model", "--config", tmp_path / "small.toml"]
    done = run_cli(*fit, "--feedback", store)
    assert "Feedback: 2 of 3 pairs train the mixture; 1: item: not in the dataset." in done.stdout
    assert "Note: position bias cannot be estimated" in done.stderr
