"""Two executors of Apache Spark: the bytes of one machine, whatever the blocks and whatever died.

make test-spark
"""

from __future__ import annotations

import json
import signal
from pathlib import Path

import polars as pl
import pytest
from tests.spark.commands import contents, on_spark, tigertail
from tests.spark.standalone import standalone

from tigertail.errors import ConfigError
from tigertail.simulation import WorldConfig, simulate

pytestmark = pytest.mark.slow

MASTER = "local-cluster[2,1,1024]"
SETTINGS = """
[base]
factors = 16
iterations = 2

[listening]
min_group_size = 200
"""
SYSTEMS = """
[[system]]
type = "popularity"

[[system]]
type = "listening"
base = { factors = 16, iterations = 2 }
min_group_size = 200
lens_on = true
"""
CHANGED = SETTINGS.replace("iterations = 2", "iterations = 2\nnu = 0.5")


@pytest.fixture(scope="module", autouse=True)
def _spark() -> None:
    pytest.importorskip("pyspark", reason="needs PySpark: make test-spark")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world of three units of listeners and of artists, in two catalogues, and what one machine makes of it."""
    folder = tmp_path_factory.mktemp("spark")
    config = WorldConfig(
        listeners=12_000,
        artists=12_000,
        artists_per_listener=8,
        countries=3,
        services={"full": 0.7, "global": 0.3},
        catalogue=0.2,
        audio=0,
        pages=0,
        djs=0,
    )
    simulate(folder / "world", config)
    for name, settings in (("settings", SETTINGS), ("changed", CHANGED)):
        (folder / f"{name}.toml").write_text(settings)
        done = tigertail(folder, "fit", "world", f"one-{name}", "--config", f"{name}.toml")
        assert done.returncode == 0, done.stderr
    return folder


def test_a_build_has_the_bytes_of_one_machine(folder: Path, tmp_path: Path) -> None:
    plays = pl.read_parquet(folder / "world/plays.parquet").rename({"item_id": "name"})
    (tmp_path / "plays").mkdir()
    for number, rows in enumerate(plays.iter_slices(30_000)):
        rows.write_csv(tmp_path / f"plays/{number}.csv")
    (tmp_path / "recipe.toml").write_text('[[source]]\nformat = "csv"\npath = "plays"\n')
    assert tigertail(tmp_path, "build", "recipe.toml", "one").returncode == 0
    killing = ("executor", "plays-read,plays-merged", str(tmp_path / "killed"))
    done = on_spark(
        tmp_path, "build", "recipe.toml", "many", "--work", "work", master=MASTER, killing=killing
    )
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "killed").iterdir()} == {"plays-read", "plays-merged"}
    [marker] = tmp_path.glob("work/*/plays-read.json")
    assert len(json.loads(marker.read_text())["blocks"]) == 4  # a task for each file
    assert contents(tmp_path / "many") == contents(tmp_path / "one")


def fit_arguments(
    model: str, *, blocks: tuple[int, int], work: str = "work", settings: str = "settings"
) -> list[object]:
    cut = ["--listener-blocks", blocks[0], "--item-blocks", blocks[1]]
    return ["world", model, "--work", work, "--config", f"{settings}.toml", *cut]


def test_every_file_is_that_of_one_machine(folder: Path) -> None:
    done = on_spark(folder, "fit", *fit_arguments("two", blocks=(3, 2)), master=MASTER)
    assert done.returncode == 0, done.stderr
    assert contents(folder / "two") == contents(folder / "one-settings")


def test_a_standalone_cluster_gives_the_same_bytes_and_lists(folder: Path, tmp_path: Path) -> None:
    tigertail(folder, "neighbours", "one-settings", "--out", "one.parquet", "--top", 20, "--names")
    memory = ("spark.executor.memory=1g",)
    with standalone(tmp_path) as master:
        done = on_spark(folder, "fit", *fit_arguments("alone", blocks=(1, 3)), master=master, conf=memory)
        assert done.returncode == 0, done.stderr
        lists = ["alone", "lists", "--top", 20, "--names", "--tasks", 5]
        listed = on_spark(folder, "neighbours", *lists, master=master, conf=memory)
        assert listed.returncode == 0, listed.stderr
    assert contents(folder / "alone") == contents(folder / "one-settings")
    assert len(list((tmp_path / "worker-0").iterdir())) == 2  # it had an executor of both commands
    one = pl.read_parquet(folder / "one.parquet")
    assert len(one) > 100_000
    assert len(list(folder.glob("lists/*.parquet"))) == 5
    assert pl.read_parquet(folder / "lists/*.parquet").equals(one)


def test_a_driver_that_was_killed_goes_on_where_it_was(folder: Path, tmp_path: Path) -> None:
    arguments = fit_arguments("again", blocks=(2, 1), work="again-work")

    def markers() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in folder.glob("again-work/*/*.json")}

    before: dict[Path, int] = {}
    for stage, last in (("half-3", "half-2"), ("candidates", "choice-sets")):
        killing = ("driver", stage, str(tmp_path / stage))
        done = on_spark(folder, "fit", *arguments, master=MASTER, killing=killing)
        assert done.returncode == -signal.SIGKILL
        assert (tmp_path / stage / stage).exists()
        assert not (folder / "again").exists()
        written = markers()
        assert last in {path.stem for path in written}
        assert before.items() <= written.items()  # the stages that were whole were not made again
        before = {path: when for path, when in written.items() if path.stem == last}
    assert on_spark(folder, "fit", *arguments, master=MASTER).returncode == 0
    assert before.items() <= markers().items()
    assert contents(folder / "again") == contents(folder / "one-settings")


def test_executors_that_were_killed_change_no_byte_and_other_settings_begin_anew(
    folder: Path, tmp_path: Path
) -> None:
    before = set(folder.glob("work/*"))
    arguments = fit_arguments("survived", blocks=(3, 2), settings="changed")
    stages = {"half-1", "half-2", "local-models", "choice-sets", "candidates"}
    killing = ("executor", ",".join(stages), str(tmp_path / "killed"))
    done = on_spark(folder, "fit", *arguments, master=MASTER, killing=killing)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "killed").iterdir()} == stages
    assert done.stderr.count("Lost executor") >= len(stages)
    assert contents(folder / "survived") == contents(folder / "one-changed")
    assert contents(folder / "survived") != contents(folder / "one-settings")
    made = set(folder.glob("work/*")) - before
    # Factors and local models, of the model and without the mixture's listeners; choice sets; candidates.
    assert len(made) == 6


def test_an_evaluation_has_the_figures_of_one_machine(folder: Path) -> None:
    (folder / "systems.toml").write_text(SYSTEMS)
    arguments = ("evaluate", "world", "--systems", "systems.toml", "--held-out", 0.02, "--json")
    alone = tigertail(folder, *arguments)
    many = on_spark(folder, *arguments, "--work", "judged", master=MASTER)
    assert (alone.returncode, many.returncode) == (0, 0), alone.stderr + many.stderr
    assert len(json.loads(alone.stdout)["rows"]) > 10
    assert many.stdout == alone.stdout
    assert len(list(folder.glob("judged/*/lists/*"))) > 4  # several tasks of both systems


def test_workers_with_another_processor_are_refused(folder: Path) -> None:
    arguments = fit_arguments("refused", blocks=(2, 2), work="refused-work")
    done = on_spark(
        folder, "fit", *arguments, master=MASTER, conf=("spark.executorEnv.NUMBA_CPU_NAME=generic",)
    )
    assert done.returncode == 1
    assert (
        "tigertail: a task failed: a worker's software or processor differs from the driver's: "
        in done.stderr
    )
    assert " on generic (" in done.stderr
    assert "\n  -> give all machines one environment and one type of processor" in done.stderr
    assert not list(folder.glob("refused-work/*/links-listeners.json"))
    assert not (folder / "refused").exists()


def test_without_java_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from tigertail.spark.session import spark_session

    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(ConfigError, match=r"needs Java, .*\n  -> install a JRE"), spark_session("local"):
        pass
