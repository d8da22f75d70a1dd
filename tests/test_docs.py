"""The documentation says what is so: defaults, packages and links."""

from __future__ import annotations

import json
import re
import tomllib
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.table_spec import ITEM_REFERENCE
from tigertail.dataset.tables import TABLES
from tigertail.errors import TigertailWarning
from tigertail.evaluation import ProtocolConfig, hold_out
from tigertail.evaluation.systems.system import PLAIN_ALS
from tigertail.model import ModelConfig
from tigertail.model.query_options import query_options
from tigertail.model.registry import MIXTURE, SIGNALS
from tigertail.testing import check_signal
from tigertail.tuning import STUDIES

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_configuration_shown_is_the_default() -> None:
    text = (ROOT / "docs/model.md").read_text("utf-8")
    shown = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert shown is not None
    assert ModelConfig.model_validate(tomllib.loads(shown[1])) == ModelConfig()
    assert tomllib.loads(shown[1]) == ModelConfig().model_dump(
        mode="json", exclude_none=True
    )  # nothing is left out


def test_the_packages_listed_are_those_there_are() -> None:
    table = (ROOT / "docs/architecture.md").read_text("utf-8").split("## Packages")[1].split("## ")[0]
    listed = {
        name.rstrip("/")
        for row in re.findall(r"^\| (.*?) \|", table, re.M)
        for name in re.findall(r"`(.*?)`", row)
    }
    there = {
        path.name for path in (ROOT / "src/tigertail").iterdir() if path.suffix == ".py" or path.is_dir()
    }
    assert listed == there - {"__init__.py", "__pycache__"}


def rows_of(page: str, head: str) -> list[list[str]]:
    """Return the cells of each row of a table, which begins with some cells."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    rows = text[text.index(f"| {head} |") :].split("\n\n")[0].splitlines()[2:]
    return [row.strip("| ").split(" | ") for row in rows]


def test_the_options_listed_are_those_of_a_query() -> None:
    listed = rows_of("model.md", "option | Python | HTTP")
    named = [[re.match(r"`([\w-]+)", cell)[1] for cell in row[:3]] for row in listed]  # type: ignore[index]
    assert named == [[option.flag, option.name, option.parameter] for option in query_options()]
    lists = [row[1].endswith("]`") for row in listed]
    assert lists == [option.repeated for option in query_options()]


def test_the_tables_listed_are_those_that_a_recipe_may_fill() -> None:
    listed = {name.strip("`"): columns for name, columns in rows_of("data.md", "`table`")}
    mappable = {name: spec for name, spec in TABLES.items() if spec.mappable}
    assert listed.keys() == mappable.keys()
    for name, spec in mappable.items():
        assert spec.inputs.keys() - {*ITEM_REFERENCE} <= set(re.findall(r"\w+", listed[name])), name


@pytest.mark.parametrize(
    ("head", "others"), [("signal | needs", {MIXTURE}), ("signal | evidence in words, for instance", set())]
)
def test_the_signals_listed_are_those_there_are(head: str, others: set[str]) -> None:
    listed = [name for first, *_ in rows_of("signals.md", head) for name in re.findall("`(.*?)`", first)]
    assert set(listed) == SIGNALS.keys() | others


@pytest.mark.parametrize("page", ["README.md", "docs/frames.md"])
def test_the_first_example_runs(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = re.search(r"```python\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
    assert example is not None
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TigertailWarning)  # three listeners are few
        exec(example[1], names)
        found = names["model"].recommend({"Hey": 12, "Kult": 1})
    assert found["name"].to_list() == ["Queen"]


def test_the_system_in_python_runs_and_its_codes_are_those_of_the_split(scenes: Dataset) -> None:
    text = (ROOT / "docs/evaluation.md").read_text("utf-8")
    example, own_groups = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, Any] = {"dataset": scenes}
    exec(example, names)
    exec(own_groups, names)
    assert 0 < names["p_value"] < 1  # few listeners are held out
    assert [row.system for row in names["report"].group("overall")] == ["Jaccard", "popularity"]
    split = hold_out(scenes, ProtocolConfig())
    signal = names["Jaccard"](split)
    check_signal(signal)
    ids = split.interactions.items.ids
    near = signal.affinity(np.array([ids.index_of("n1")], np.int32))[0] > 0
    assert set(ids.filter(pl.Series(near))) == {"n1", "n2", "n3", "n4"}


def test_no_page_has_two_versions() -> None:
    halves = re.compile(r"^(<{7}|>{7}) ", re.M)
    assert [page.name for page in PAGES if halves.search(page.read_text("utf-8"))] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_the_shipped_defaults_are_those_the_search_chose() -> None:
    chosen = tomllib.loads((ROOT / "recipes/defaults/best.toml").read_text("utf-8"))
    plain = tomllib.loads((ROOT / "recipes/defaults/plain.toml").read_text("utf-8"))
    assert chosen["base"] == ModelConfig().base.model_dump()
    assert plain["base"] == PLAIN_ALS.base.model_dump()
    assert plain["confidence"] == PLAIN_ALS.confidence.model_dump()


@pytest.mark.parametrize(
    ("name", "file"), [("base", "best.toml"), ("co-listening", "best.toml"), ("plain", "plain.toml")]
)
def test_the_shipped_files_have_the_best_trial_of_each_study(name: str, file: str) -> None:
    lines = (ROOT / "recipes/defaults/trials.jsonl").read_text("utf-8").splitlines()
    trials = [trial for trial in map(json.loads, lines) if trial["study"] == name]
    best = max(trials, key=lambda trial: trial["value"])["config"]
    chosen = tomllib.loads((ROOT / "recipes/defaults" / file).read_text("utf-8"))
    (study,) = (study for study in STUDIES if study.name == name)
    for setting in study.search_space:
        table, key = setting.split(".")
        assert chosen[table][key] == best[table][key], setting


@pytest.mark.parametrize(
    ("page", "least"), [("extending.md", 10), ("architecture.md", 10), ("simulated-world.md", 2)]
)
def test_files_that_are_named_are_there(page: str, least: int) -> None:
    text = re.sub(r"```.*?```", "", (ROOT / "docs" / page).read_text("utf-8"), flags=re.DOTALL)
    named = re.findall(r"`([\w./-]+(?:\.py|\.md|\.js|\.html|/))`", text)
    assert len(named) > least
    files = {path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if ".venv" not in path.parts}
    # A file may be named by the end of its path, as a reader finds it beside one that is named in full.
    ends = {file[place:] for file in files for place in [0, *(m.end() for m in re.finditer("/", file))]}
    assert [name for name in named if name.rstrip("/") not in ends] == []
