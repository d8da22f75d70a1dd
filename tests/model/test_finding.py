"""Every item of a model is found by everything that its data calls it."""

from __future__ import annotations

import tempfile
from itertools import product
from pathlib import Path

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.folding import fold
from tigertail.ingest.build import build
from tigertail.ingest.recipe import Recipe
from tigertail.model import Model, ModelConfig, add, fit, load, save

MBIDS = [f"{number}{number * 7}-0000-4000-8000-000000000000" for number in "abcde"]
NAMES = [
    "Nirvana",
    "NIRVANA",
    "The Cure",
    "Cure, The",
    "Кино",
    "Kino",
    "311",
    "7",
    "Чёрный Ёж",
    "A + B",
    "張佐爾",
    "!!!",
]
RECIPE = """
[[source]]
format = "csv"
path = "{folder}/plays.csv"
name = "shop"
[[source]]
format = "csv"
path = "{folder}/log.csv"
name = "log"
[[source]]
format = "csv"
path = "{folder}/aliases.csv"
name = "more"
table = "aliases"
"""
references = st.tuples(st.sampled_from(NAMES), st.none() | st.sampled_from(MBIDS))
own = st.tuples(st.sampled_from(["7", "8", "9", "311", "nirvana"]), references)
also = st.tuples(st.sampled_from(MBIDS), st.sampled_from([*MBIDS, *NAMES]))


def fitted(folder: Path, shop: list, log: list, aliases: list) -> tuple[Model, pl.DataFrame]:  # type: ignore[type-arg]
    """Fit a model to what a shop and a log name, each listener one thing more than the one before."""
    shop = [(f"u{user}", *row) for user, row in product(range(3), ((i, n, m) for i, (n, m) in shop))]
    log = [(f"v{place % 4}", name, mbid) for place, (name, mbid) in enumerate(log)]
    tables = {
        "plays": (["listener_id", "item_id", "name", "mbid"], [("u0", "1", "Everybody's", None), *shop]),
        "log": (["listener_id", "name", "mbid"], [("v0", "Everybody's", None), *log]),
        "aliases": (["mbid", "alias"], aliases or [(MBIDS[0], MBIDS[0])]),
    }
    for file, (columns, rows) in tables.items():
        frame = pl.DataFrame(rows, dict.fromkeys(columns, pl.String), orient="row")
        frame.write_csv(folder / f"{file}.csv")
    (folder / "recipe.toml").write_text(RECIPE.format(folder=folder))
    dataset, _ = build(Recipe.load(folder / "recipe.toml"), folder / "data")
    config = ModelConfig.model_validate({"base": {"factors": 2, "iterations": 1}})
    model = fit(dataset, config)
    assert dataset.aliases is not None
    return model, dataset.aliases


@settings(max_examples=15, phases=[Phase.generate])
@given(st.lists(own, max_size=6), st.lists(references, max_size=12), st.lists(also, max_size=4))
def test_every_id_mbid_and_spelling_finds_its_item_or_a_better_known_namesake(
    shop: list,
    log: list,
    aliases: list,  # type: ignore[type-arg]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        model, told = fitted(Path(folder), shop, log, aliases)
    names = dict(zip(model.items["item_id"], model.items["name"], strict=True))
    texts = [*told.select("item_id", "scheme", "alias").iter_rows()]
    texts += [(item, "name", name) for item, name in names.items()]
    texts += [(item, "item_id", item) for item in names]
    codes = {item: code for code, item in enumerate(model.items["item_id"])}
    for item, scheme, text in texts:
        for written in {text, text.upper(), f" {text}"} if scheme != "item_id" else {text, f"id:{text}"}:
            found = model.index.match(written)
            if found.code != codes[item]:
                assert model.items["listeners"][found.code] >= model.items["listeners"][codes[item]]
                assert found.note
                assert not written.startswith("id:")
            assert model.index.codes([written] * 10).tolist() == [found.code] * 10


def test_what_was_found_before_it_was_written_is_found_after(tmp_path: Path) -> None:
    model, told = fitted(tmp_path, [], [("Кино", MBIDS[0]), ("Kino", MBIDS[0])], [(MBIDS[0], MBIDS[1])])
    save(model, tmp_path / "model")
    again = load(tmp_path / "model")
    for text in (*told["alias"], "КИНО"):
        assert again.index.match(text) == model.index.match(text)


def test_an_item_added_to_is_found_by_what_was_added(tmp_path: Path) -> None:
    for name in ("before", "after"):
        (tmp_path / name).mkdir()
    model, _ = fitted(tmp_path / "before", [], [("Кино", None), ("The Cure", None)], [])
    fitted(tmp_path / "after", [], [("Кино", MBIDS[0]), ("Kino", MBIDS[0]), ("Cure", MBIDS[1])], [])
    more = add(model, Dataset.open(tmp_path / "after" / "data"))
    assert sorted(more.items["item_id"]) == sorted(model.items["item_id"])
    kino = more.items["item_id"].to_list().index(fold("Кино"))
    assert (
        more.index.match("Kino").code
        == more.index.match(MBIDS[0]).code
        == more.index.match("кино").code
        == kino
    )
    assert more.items["mbid"][kino] == MBIDS[0]


@pytest.mark.parametrize("text", ["Zorbl", "id:zorbl", MBIDS[4], "mbid:Nirvana", "Nirvana (PL)"])
def test_what_nothing_is_called_finds_nothing(tmp_path: Path, text: str) -> None:
    model, _ = fitted(tmp_path, [], [("Nirvana", MBIDS[0])], [])
    assert model.index.match_or_none(text) is None
