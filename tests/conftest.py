"""A world whose right answers anyone can see: two scenes whose listeners never meet."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import settings

from tigertail.data.dataset import Dataset
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
    local = {"fewest": 5, "lens_smoothing": 5, "lens_evidence": 5}
    return fit(countries, ModelConfig.model_validate({"base": {"factors": 8}, "local": local}))


@pytest.fixture(scope="session")
def model(scenes: Dataset) -> Model:
    return fit(scenes, ModelConfig.model_validate({"base": {"factors": 8}}))
