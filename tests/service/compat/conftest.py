"""Servers on loopback, on two scenes of artists and their tracks, some with names that are hard to write down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.support import serving

from tigertail.dataset.dataset import Dataset
from tigertail.ingest.build import build
from tigertail.ingest.recipe import Recipe
from tigertail.model import ModelConfig, fit, save
from tigertail.service.app import create_app
from tigertail.service.http.settings import Settings
from tigertail.service.middleware.authentication import digest

Started = Callable[..., str]


def _mbid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


KINO_BEFORE = _mbid(901)  # which MusicBrainz had for them once
NORTH = {
    "kino": ("Кино", _mbid(1)),
    "tj": ("Tom & Jerry <live>", _mbid(2)),
    "bell": ("Bell\x07 End", _mbid(3)),
    "acdc": ("AC+DC", None),
}
SOUTH = {
    _mbid(11): ("فيروز", None),
    "incidents": ("東京事変", _mbid(12)),
    "ndour": ("Youssou N'Dour", _mbid(13)),
}
ARTISTS = NORTH | SOUTH
TRACKS = [  # id, name, artist_id, mbid: an artist is told by its id, its MBID, or no more than its name
    ("n1", "Believe", "kino", _mbid(21)),
    ("n2", "Ray & Light", "tj", _mbid(22)),
    ("n3", "Frozen <3", _mbid(3), None),
    ("s1", "Believe", _mbid(11), _mbid(31)),
    ("s2", "Shadow of the Sun", "incidents", _mbid(32)),
    ("nobody in particular - li", "Li", "nobody in particular", None),
]
NORTHERN = [*NORTH, "n1", "n2", "n3"]
SOUTHERN = [*SOUTH, "s1", "s2", "nobody in particular - li"]


@pytest.fixture(scope="session")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of them. Every listener of a scene leaves out one item of it; the north has more listeners."""
    plays = [
        (f"{scene}-{listener}", item, 1.0 + (listener + place) % 3)
        for scene, items, listeners in (("north", NORTHERN, 21), ("south", SOUTHERN, 12))
        for listener in range(listeners)
        for place, item in enumerate(items)
        if listener % len(items) != place
    ]
    artists = [(item, name, "artist", None, mbid) for item, (name, mbid) in ARTISTS.items()]
    tracks = [(item, name, "track", artist, mbid) for item, name, artist, mbid in TRACKS]
    columns = ["item_id", "name", "kind", "artist_id", "mbid"]
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        "plays": pl.DataFrame(plays, ["listener_id", "item_id", "plays"], orient="row"),
        "items": pl.DataFrame(artists + tracks, columns, orient="row", infer_schema_length=None),
        "aliases": pl.DataFrame({"item_id": "kino", "scheme": "mbid", "alias": KINO_BEFORE, "count": 1}),
    }
    folder = tmp_path_factory.mktemp("music")
    dataset = Dataset.write(folder / "dataset", tables, name="music")
    save(fit(dataset, ModelConfig.model_validate({"base": {"factors": 4}})), folder / "model")
    return folder / "model"


CAN, FALL, BOWIE, QUEEN = (_mbid(number) for number in (101, 102, 103, 104))
RECORDINGS = [  # as a log of listening names them: title, recording, artist, the MBIDs of the artists
    ("Vitamin C", _mbid(111), "Can", CAN),
    ("Halleluwah", _mbid(112), "Can", ""),  # whose MBID this row does not give
    ("Totally Wired", _mbid(113), "The Fall", FALL),
    ("Under Pressure", _mbid(114), "Queen & David Bowie", f"{QUEEN};{BOWIE}"),
    ("Halleluwah", "", "Happy Mondays", ""),
    ("Step On", "", "Happy Mondays", ""),
]


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of tracks alone, built from a log. The first four go together, and the last two."""
    folder = tmp_path_factory.mktemp("recordings")
    lines = ["user,track,recording,artist,artists"]
    for listener in range(24):
        scene = RECORDINGS[:4] if listener < 15 else RECORDINGS[4:]
        heard = [one for place, one in enumerate(scene) if len(scene) < 4 or listener % 4 != place]
        lines += [",".join((f"u{listener}", *one)) for one in heard]
    (folder / "log.csv").write_text("\n".join(lines), encoding="utf-8")
    (folder / "recipe.toml").write_text(
        """
        name = "recordings"
        [[source]]
        name = "log"
        format = "csv"
        path = "log.csv"
        kind = "track"
        [source.columns]
        listener_id = "user"
        name = "track"
        mbid = "recording"
        artist_name = "artist"
        artist_mbid = "artists"
        """,
        encoding="utf-8",
    )
    dataset, _ = build(Recipe.load(folder / "recipe.toml"), folder / "dataset")
    save(fit(dataset, ModelConfig.model_validate({"base": {"factors": 4}})), folder / "model")
    return folder / "model"


@pytest.fixture(scope="session")
def started(music: Path) -> Iterator[Started]:
    """Start a server with the settings given; it is stopped after all tests."""
    with ExitStack() as stack:

        def start(**settings: Any) -> str:
            made = {"model": music, "reload_interval": 3600, "feedback": {"on": False}} | settings
            return stack.enter_context(serving(create_app(Settings.model_validate(made))))

        yield start


@pytest.fixture(scope="session")
def server(started: Started) -> str:
    """A server as it is on loopback."""
    return started()


@pytest.fixture(scope="session")
def recordings_server(started: Started, recordings: Path) -> str:
    """A server of the model of tracks."""
    return started(model=recordings)


@pytest.fixture(scope="session")
def locked(started: Started) -> str:
    """A server that wants the key `open sesame`."""
    return started(keys={"player": digest("open sesame")})
