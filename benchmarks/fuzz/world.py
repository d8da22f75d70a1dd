"""A small model whose items have odd names, MBIDs, aliases, countries and tracks."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.ingest.clean import clean
from tigertail.ingest.formats import Batch
from tigertail.io.quarantine import LINE, Quarantine
from tigertail.model import ModelConfig, fit, save

from .texts import NAMES, Texts

ARTISTS: Final = 120
TRACKS: Final = 30  # less the names that cleaning takes away, such as [unknown]
_CONFIG: Final = {"base": {"factors": 8, "iterations": 3}, "listening": {"min_group_size": 5}}
_COUNTRIES: Final = ("PL", "BR", "GB", "US", None)


def odd_model(folder: Path, seed: int = 0) -> Path:
    """Fit a model to two scenes of artists and tracks with odd names, and return its folder."""
    random = Random(seed)
    items = _items(random)
    ids = items[c.ITEM_ID].to_list()
    halves = ids[::2], ids[1::2]
    plays = [
        (f"u{listener}", item, float(random.randint(1, 9)))
        for listener in range(90)
        for item in random.sample(halves[listener % 2], 12)
    ]
    listeners = [(f"u{listener}", ("PL", "BR")[listener % 2]) for listener in range(90)]
    aliases = [(item, c.NAME, f"{Texts(random).letters(6)}x", 1) for item in ids[:40]]
    aliases += [(item, c.MBID, mbid(random), 1) for item in ids[:20]]
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        "plays": pl.DataFrame(plays, [c.LISTENER_ID, c.ITEM_ID, c.PLAYS], orient="row"),
        "listeners": pl.DataFrame(listeners, [c.LISTENER_ID, c.COUNTRY], orient="row"),
        "items": items,
        "aliases": pl.DataFrame(aliases, [c.ITEM_ID, c.SCHEME, c.ALIAS, c.COUNT], orient="row"),
    }
    dataset = Dataset.write(folder / "world", tables, name="odd")
    save(fit(dataset, ModelConfig.model_validate(_CONFIG)), folder / "model")
    return folder / "model"


def mbid(random: Random) -> str:
    """Return a random MBID."""
    digits = f"{random.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def cleaned(rows: list[tuple[str | None, ...]], columns: list[str], quarantine: Quarantine) -> pl.DataFrame:
    """Return rows of a table of items as a build cleans them."""
    raw = pl.DataFrame(rows, dict.fromkeys(columns, pl.String), orient="row")
    raw = raw.with_columns(pl.int_range(1, pl.len() + 1).alias(LINE))
    return clean(Batch(c.ITEMS_TABLE, "items", raw), "items", quarantine)


def _items(random: Random) -> pl.DataFrame:
    texts = Texts(random)
    rows: list[tuple[str | None, ...]] = []
    for number in range(ARTISTS + TRACKS):
        name = NAMES[number] if number < len(NAMES) else f"{texts.name()}x"
        own = mbid(random) if random.random() < 0.5 else None
        rows.append(
            (
                random.choice((f"i{number}", f"i{number} {texts.letters(3)}")),
                name,
                own,
                random.choice(_COUNTRIES),
            )
        )
    found = cleaned(rows, [c.ITEM_ID, c.NAME, c.MBID, c.COUNTRY], Quarantine()).drop_nulls(c.NAME)
    artist = pl.int_range(pl.len()) < ARTISTS
    whose = found.gather([place % 20 for place in range(found.height)])  # tracks are by the first artists
    return found.with_columns(
        pl.when(artist).then(pl.lit(c.ARTIST)).otherwise(pl.lit(c.TRACK)).alias(c.KIND),
        pl.when(~artist).then(whose[c.ITEM_ID]).alias(c.ARTIST_ID),
        pl.when(~artist).then(whose[c.NAME]).alias(c.ARTIST_NAME),
    )
