"""The command prints tables that name what they hold, and files that machines can read."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from tests.support import run_cli
from typer.testing import CliRunner

from tigertail.cli import app, report
from tigertail.cli.report import print_memory, print_report
from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError
from tigertail.evaluation import ProtocolConfig, Report
from tigertail.simulation import WorldConfig, simulate
from tigertail.version import __version__


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("world") / "world"
    simulate(path, WorldConfig(listeners=400, artists=200, countries=4))
    return path


def test_prints_every_system_and_says_that_it_is_simulated(world: Path) -> None:
    result = CliRunner().invoke(app, ["evaluate", str(world)], catch_exceptions=False)
    for words in ("popularity", "item-item cosine", "ALS cosine", "base", "SIMULATED", "Peak memory"):
        assert words in result.stdout
    assert "nDCG@20" in result.stdout
    assert "frontier" in result.stdout


def test_a_file_for_the_report_is_refused_before_anything_is_evaluated(world: Path, tmp_path: Path) -> None:
    file = tmp_path / "report"
    file.write_text("")
    result = CliRunner().invoke(app, ["evaluate", str(world), "--report", str(file)])
    assert result.exit_code == 2
    assert "--report" in result.output
    assert "is a file" in result.output
    assert not result.stdout


def test_a_report_without_matplotlib_is_refused_before_anything_is_evaluated(
    world: Path, quick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    asked = ["evaluate", world, "--systems", quick, "--report", tmp_path / "report"]
    with pytest.raises(ConfigError, match="a plot needs matplotlib"):
        run_cli(*asked)
    assert not (tmp_path / "report").exists()
    run_cli(*asked, "--ground-truth", "simulated")  # which has no plot
    assert (tmp_path / "report" / "ground_truth.json").exists()


def test_json_and_report_hold_the_same(world: Path, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    result = CliRunner().invoke(app, ["evaluate", str(world), "--json", "--report", str(folder)])
    assert json.loads(result.stdout) == json.loads((folder / "report.json").read_text())
    assert (folder / "frontier.png").read_bytes().startswith(b"\x89PNG")


def test_a_report_has_the_scores_of_every_query_and_says_what_they_are_of(
    world: Path, quick: Path, tmp_path: Path
) -> None:
    run_cli("evaluate", world, "--systems", quick, "--report", tmp_path)
    report = json.loads((tmp_path / "report.json").read_text())
    scores = pl.read_parquet(tmp_path / "scores.parquet")
    assert len(scores) == sum(row["queries"] for row in report["rows"] if row["by"] == "overall")
    assert "scores" not in report
    assert report["version"] == __version__
    assert report["fingerprint"] == Dataset.open(world).fingerprint


@pytest.mark.parametrize(
    ("options", "file"),
    [
        ([], "report.json"),
        (["--brief"], "report.json"),
        (["--ground-truth", "lists.csv"], "ground_truth.json"),
    ],
)
def test_a_reader_that_goes_away_does_not_take_the_report_along(
    options: list[str], file: str, scenes: Dataset, quick: Path, tmp_path: Path
) -> None:
    """As ``evaluate ... | head -1`` does: nobody reads what is printed."""
    (tmp_path / "lists.csv").write_text("query,similar\nn1,n2\n")
    command = [sys.executable, "-m", "tigertail", "evaluate", str(scenes.path), "--systems", str(quick)]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*command, *options, "--report", "report"],
        stdout=writer,
        cwd=tmp_path,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        check=False,
    )
    os.close(writer)
    assert done.returncode == 0
    assert json.loads((tmp_path / "report" / file).read_text())


def test_affinities_that_no_exponent_changes_are_noted_once(world: Path, quick: Path, tmp_path: Path) -> None:
    """Such as log-probabilities: all are below 0."""
    items = Dataset.open(world).items["item_id"]
    rows = [f"{query},{items[0]},-0.5" for query in items]
    (tmp_path / "logs.csv").write_text("\n".join(["target_item_id,item_id,score", *rows]))
    asked = ["evaluate", world, "--systems", quick, "--neighbours", tmp_path / "logs.csv"]
    notes = [line for line in run_cli(*asked).stderr.splitlines() if line.startswith("Note: ")]
    assert len(notes) == 1
    assert notes[0].startswith("Note: logs: lists have affinities below 0")
    assert "give positive ones" in notes[0]


def test_names_of_a_dataset_do_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    shop = {"\x1b[31mkiosk": 0.1}
    print_report(Report("\x1b[31mstreet", False, 9, ProtocolConfig(), [0], [], [], {}, catalogues=shop))
    shown = capsys.readouterr().out
    assert shown.startswith("\\x1b[31mstreet: 9 listeners held out")
    assert "Catalogue of \\x1b[31mkiosk: 10.0% of the items" in shown


def test_time_split_needs_times(world: Path) -> None:
    result = CliRunner().invoke(app, ["evaluate", str(world), "--split", "time"])
    assert "no times" in str(result.exception)


def test_an_option_out_of_range_is_named(world: Path) -> None:
    result = CliRunner().invoke(app, ["evaluate", str(world), "--held-out", "2"])
    assert "--held-out: " in str(result.exception)


@pytest.mark.parametrize("command", [["evaluate"], ["evaluate", "--ground-truth", "simulated"]])
def test_a_seed_below_0_is_an_option_out_of_range(world: Path, command: list[str]) -> None:
    result = CliRunner().invoke(app, [*command, str(world), "--seed", "-1"])
    assert isinstance(result.exception, ConfigError)
    assert "--seed: " in str(result.exception)


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of two systems that take no time to fit."""
    file = tmp_path_factory.mktemp("quick") / "systems.toml"
    file.write_text('[[system]]\ntype = "popularity"\n\n[[system]]\ntype = "item-item"\n')
    return file


def test_a_brief_is_one_table_of_listeners_and_in_a_world_one_of_truth(world: Path, quick: Path) -> None:
    text = CliRunner().invoke(app, ["evaluate", str(world), "--systems", str(quick), "--brief"]).stdout
    for words in (
        "SIMULATED",
        "80 listeners held out",
        "nDCG@20",
        "IPS-nDCG@20",
        "frontier",
        "True affinity",
    ):
        assert words in text
    assert text.count("item-item cosine") == 2
    for words in ("Recall", "Paired differences", "Beyond accuracy", "Peak memory"):
        assert words not in text
    assert len(text.splitlines()) < 20


def test_a_brief_says_what_the_report_says(world: Path, quick: Path, tmp_path: Path) -> None:
    asked = ["evaluate", str(world), "--systems", str(quick), "--brief", "--report", str(tmp_path)]
    line = next(row for row in CliRunner().invoke(app, asked).stdout.splitlines() if "popularity" in row)
    report = json.loads((tmp_path / "report.json").read_text())
    [head] = [
        row
        for row in report["rows"]
        if (row["system"], row["by"], row["group"]) == ("popularity", "query", "head")
    ]
    assert f"{head['metrics']['nDCG']['mean']:.3f}" in line.split()


def test_real_data_have_no_true_affinity(scenes: Dataset, quick: Path) -> None:
    result = CliRunner().invoke(app, ["evaluate", str(scenes.path), "--systems", str(quick), "--brief"])
    assert "item-item cosine" in result.stdout
    assert "SIMULATED" not in result.stdout
    assert "True affinity" not in result.stdout


@pytest.mark.parametrize(
    "option", [["--ground-truth", "simulated"], ["--ground-truth-format", "sas"], ["--countries"], ["--json"]]
)
def test_a_brief_has_no_room_for_more(world: Path, option: list[str]) -> None:
    result = CliRunner().invoke(app, ["evaluate", str(world), "--brief", *option])
    assert isinstance(result.exception, ConfigError)
    given = option[0].removesuffix("-format")
    assert f"does not support {given}" in str(result.exception)
    assert f"leave out --brief, or {given};" in (result.exception.remedy or "")


@pytest.mark.parametrize(("platform", "unit"), [("linux", 1024), ("darwin", 1)])
def test_peak_memory_is_counted_as_the_system_counts(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    platform: str,
    unit: int,
) -> None:
    monkeypatch.setattr(report, "STATUS", tmp_path / "not there")
    usage = SimpleNamespace(ru_maxrss=300 * 2**20 // unit)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(resource, "getrusage", lambda who: usage)
    print_memory()
    assert capsys.readouterr().out == "Peak memory: 300 MiB.\n"


def test_peak_memory_is_not_that_of_the_parent() -> None:
    child = "from tigertail.cli.report import peak_memory; print(peak_memory())"
    parent = (
        "import subprocess, sys; held = b'x' * 2**29; subprocess.run([sys.executable, '-c', sys.argv[1]])"
    )
    told = subprocess.run([sys.executable, "-c", parent, child], check=True, capture_output=True, text=True)
    assert 1 < float(told.stdout) < 512
