"""A world whose right answers anyone can see: two scenes whose listeners never meet."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import settings

from tigertail.dataset.dataset import Dataset
from tigertail.model import Model, ModelConfig, fit

# The first example of a test compiles kernels, so none may be failed for its time.
settings.register_profile("tigertail", deadline=None, derandomize=True)
settings.load_profile("tigertail")

NORTH = {"n1": "Кино", "n2": "Sigur Rós", "n3": "The Cure", "n4": "Nirvana"}
SOUTH = {"s1": "東京事変", "s2": "فيروز", "s3": "Youssou N'Dour", "s4": "Nirvana"}
COLD = {"x9": "Nobody Yet"}


def _plays() -> list[tuple[str, str, float]]:
    """Every listener plays all artists of the scene but one; the north has half as many listeners again."""
    return [
        (f"{scene}-{listener:02}", item, 1.0 + (listener + place) % 3)
        for scene, artists, listeners in (("north", NORTH, 12), ("south", SOUTH, 8))
        for listener in range(listeners)
        for place, item in enumerate(artists)
        if listener % 4 != place
    ]


@pytest.fixture(scope="session")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Two scenes of four artists, 9 listeners each in the north, 6 in the south; one artist has none."""
    items = {**SOUTH, **COLD, **NORTH}
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        "plays": pl.DataFrame(_plays(), ["listener_id", "item_id", "plays"], orient="row"),
        "items": pl.DataFrame({"item_id": list(items), "name": list(items.values()), "kind": "artist"}),
    }
    return Dataset.write(tmp_path_factory.mktemp("scenes") / "dataset", tables, name="scenes")


STAR = {"star": "Queen"}
POLISH = {"p1": "Kult", "p2": "Hey", "p3": "Myslovitz"}
BRAZILIAN = {"b1": "Os Mutantes", "b2": "Legião Urbana", "b3": "Los Hermanos"}
EASTERN = {"e1": "Ляпис Трубецкой"}
ARTISTS = STAR | POLISH | BRAZILIAN | EASTERN


def _heard_in_countries() -> dict[str, list[str]]:
    """Everybody plays the star; Poles and Brazilians two of their three, others as their neighbours do."""
    where = ["PL"] * 16 + ["BR"] * 20 + ["CZ", "BY"] * 3 + ["KE"] + [None] * 2
    rows = []
    for listener, country in enumerate(where):
        local = list(POLISH if country == "PL" else BRAZILIAN)
        del local[listener % 3]
        if country in ("CZ", "BY"):
            local = ["e1", "p1"][: 1 + listener % 2]
        rows += [(f"u{listener:02}", country, item) for item in (*STAR, *local)]
    listeners, countries, items = zip(*rows, strict=True)
    return {"listener_id": list(listeners), "country": list(countries), "item_id": list(items)}


@pytest.fixture(scope="session")
def countries(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Sixteen Poles and twenty Brazilians who share one star, and others too few to stand alone."""
    heard = pl.DataFrame(_heard_in_countries())
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        "plays": heard.select("listener_id", "item_id", plays=pl.lit(1.0)),
        "listeners": heard.select("listener_id", "country").unique(maintain_order=True),
        "items": pl.DataFrame({"item_id": list(ARTISTS), "name": list(ARTISTS.values()), "kind": "artist"}),
    }
    return Dataset.write(tmp_path_factory.mktemp("countries") / "dataset", tables, name="countries")


@pytest.fixture(scope="session")
def local_model(countries: Dataset) -> Model:
    """Poland, Brazil and Eastern Europe; where so few live, few must do."""
    local = {"min_group_size": 5, "lens_smoothing": 5, "lens_evidence": 5}
    return fit(countries, ModelConfig.model_validate({"base": {"factors": 8}, "listening": local}))


@pytest.fixture(scope="session")
def model(scenes: Dataset) -> Model:
    return fit(scenes, ModelConfig.model_validate({"base": {"factors": 8}}))


@pytest.fixture(scope="session")
def tracks_model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """Six tracks without an item for their artists: Can has Song 0 and Song 1, ID: M has the others."""
    plays = [(f"u{one}", f"t{two}", 1.0) for one in range(12) for two in range(6) if (one + two) % 4]
    tracks = [(f"t{two}", f"Song {two}", "track", None, "Can" if two < 2 else "ID: M") for two in range(6)]
    columns = {"item_id": str, "name": str, "kind": str, "artist_id": str, "artist_name": str}
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        "plays": pl.DataFrame(plays, ["listener_id", "item_id", "plays"], orient="row"),
        "items": pl.DataFrame(tracks, columns, orient="row"),
    }
    dataset = Dataset.write(tmp_path_factory.mktemp("tracks") / "dataset", tables, name="tracks")
    return fit(dataset, ModelConfig.model_validate({"base": {"factors": 4}}))


USER = "tigertail"
PASSWORD = "pass-w0rd"  # a trap: no message may hold it


def _programs() -> Path | None:
    """Return the folder of PostgreSQL's server programs, the newest if there are several."""
    if found := shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    there = Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")
    return max((path.parent for path in there), key=lambda path: int(path.parent.name), default=None)


class Server:
    """A PostgreSQL server of our own, on a free port of the loopback."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs = programs
        self._folder = folder
        self._numbers = itertools.count()
        self._who: dict[str, Any] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            names = {user.pw_name: user for user in pwd.getpwall()}
            user = names.get("postgres") or names["nobody"]
            self._who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(folder, user.pw_uid, user.pw_gid)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        word = folder / "word"
        word.write_text(PASSWORD)
        word.chmod(0o644)
        self._run("initdb", "--no-sync", "-E", "UTF8", "-U", USER, "-A", "scram-sha-256", f"--pwfile={word}")

    def start(self) -> None:
        # No power fails here, so what the system was told is as good as written.
        options = f"-p {self._port} -k {self._folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._run("pg_ctl", "start", "-w", "-o", options, "-l", f"{self._folder}/log")

    def stop(self, how: str = "fast") -> None:
        self._run("pg_ctl", "stop", "-w", "-m", how)

    @property
    def running(self) -> bool:
        return (self._folder / "data/postmaster.pid").exists()

    def url(self, database: str) -> str:
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self._port}/{database}"

    def do(self, command: str, database: str = "postgres") -> list[Any]:
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(command)
            return cursor.fetchall() if cursor.description else []

    def new_database(self, options: str = "") -> str:
        name = f"feedback{next(self._numbers)}"
        self.do(f"CREATE DATABASE {name} {options}")
        return self.url(name)

    def new_schema(self) -> str:
        """Return the URL of a part of one database, which is made in no time."""
        name = f"part{next(self._numbers)}"
        self.do(f"CREATE SCHEMA {name}")
        return f"{self.url('postgres')}?options=-csearch_path%3D{name}"

    def _run(self, program: str, *options: str) -> None:
        command = [str(self.programs / program), "-D", str(self._folder / "data"), *options]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=self._folder, timeout=120, **self._who
        )
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A running PostgreSQL server."""
    programs = _programs()
    if programs is None:
        reason = "no PostgreSQL server is installed (Debian: apt install postgresql)"
        if os.environ.get("TIGERTAIL_REQUIRE_SERVERS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="tigertail-postgresql-"))
    try:
        made = Server(programs, folder)
        made.start()
        try:
            yield made
        finally:
            if made.running:
                made.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
