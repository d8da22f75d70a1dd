"""One list from two models."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from fastapi.testclient import TestClient

from tigertail.dataset.dataset import Dataset
from tigertail.model import ModelConfig, fit, save
from tigertail.service.http.parameters import SimilarQuery
from tigertail.service.serving.interleaved_answer import derive_seed, interleaved_answer
from tigertail.service.serving.served_model import ServedModel


@pytest.fixture(scope="module")
def challenger(countries: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that groups nobody, of fewer factors."""
    folder = tmp_path_factory.mktemp("challenger") / "model"
    settings = {"base": {"factors": 2}, "listening": {"groups": "none"}}
    save(fit(countries, ModelConfig.model_validate(settings)), folder)
    return folder


@pytest.fixture
def client(serve, challenger: Path) -> TestClient:
    return serve(challenger=challenger)


def asked(client: TestClient, listener: str, **more: object) -> dict:
    query = {"item": "star", "listener": listener, "n": 6} | more
    return client.get("/v1/similar", params=query).json()


def test_the_models_take_turns(client: TestClient) -> None:
    versions = {one["role"]: one["version"] for one in client.get("/v1/models").json()["models"]}
    answer = asked(client, "ola")
    assert answer["model"] == f"{versions['current']}+{versions['challenger']}"
    assert [item["rank"] for item in answer["items"]] == [1, 2, 3, 4, 5, 6]
    assert len({item["id"] for item in answer["items"]}) == 6
    teams = [item["model"] for item in answer["items"]]
    for start in (0, 2, 4):
        assert set(teams[start : start + 2]) == set(versions.values()), "in every round each picks one"


def test_a_listener_sees_the_same_list_again_and_others_see_others(client: TestClient) -> None:
    first = asked(client, "ola")
    assert asked(client, "ola") == first
    leaders = {asked(client, f"listener {n}")["items"][0]["model"] for n in range(20)}
    assert len(leaders) == 2, "the coin is fair"


def test_who_is_not_named_gets_the_models_own_list(client: TestClient) -> None:
    answer = client.get("/v1/similar", params={"item": "star", "n": 6})
    assert "+" not in answer.json()["model"]
    assert "etag" in answer.headers
    named = client.get("/v1/similar", params={"item": "star", "listener": "ola"})
    assert "etag" not in named.headers
    assert named.headers["cache-control"] == "no-store"


def test_a_single_signal_is_asked_of_the_model_alone(client: TestClient) -> None:
    assert "+" not in asked(client, "ola", signal="factors")["model"]


def test_a_challenger_that_lacks_what_an_option_needs_adds_nothing(client: TestClient) -> None:
    alone = client.get("/v1/similar", params={"item": "star", "country": "PL"}).json()
    assert alone["items"]
    named = asked(client, "ola", country="PL", n=20)  # the challenger groups nobody
    assert [item["id"] for item in named["items"]] == [item["id"] for item in alone["items"]]


def test_a_batch_takes_no_listener_as_it_interleaves_nothing(client: TestClient) -> None:
    refused = client.post("/v1/similar:batch", json={"requests": [{"items": ["star"], "listener": "ola"}]})
    assert refused.status_code == 422


def test_the_seed_is_the_same_in_another_process() -> None:
    code = "from tigertail.service.serving.interleaved_answer import derive_seed; print(derive_seed('me', 'Kino', 1))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(other.stdout) == derive_seed("me", "Kino", 1)
    assert (
        len({derive_seed("a", "b"), derive_seed("ab"), derive_seed("a", "b", ""), derive_seed("b", "a")}) == 4
    )


def served(folder: Path, version: str, ids: dict[str, str]) -> ServedModel:
    """A model of ten listeners who play everything; ``ids`` has the id of each artist, found by its letter too."""
    plays = [(f"listener {n}", item, 1.0) for n in range(10) for item in ids.values()]
    items = pl.DataFrame({"item_id": list(ids.values()), "name": list(ids), "kind": "artist"})
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        "plays": pl.DataFrame(plays, ["listener_id", "item_id", "plays"], orient="row"),
        "items": items,
    }
    if renamed := {old: new for old, new in ids.items() if old != new}:
        tables["aliases"] = pl.DataFrame(
            {"item_id": list(renamed.values()), "alias": list(renamed), "scheme": "item_id"}
        ).with_columns(count=pl.lit(1, pl.UInt64))
    settings = {"base": {"factors": 2}, "listening": {"groups": "none"}}
    model = fit(Dataset.write(folder / version, tables, name=version), ModelConfig.model_validate(settings))
    made = ServedModel(model, folder)
    made.version = version
    return made


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> ServedModel:
    return served(tmp_path_factory.mktemp("plain"), "plain", {letter: letter for letter in "abcdef"})


@pytest.mark.parametrize("turned", [False, True])
def test_an_item_with_a_new_id_is_listed_once(plain: ServedModel, tmp_path: Path, turned: bool) -> None:
    renamed = served(
        tmp_path, "renamed", {letter: "new-b" if letter == "b" else letter for letter in "abcdef"}
    )
    first, second = (renamed, plain) if turned else (plain, renamed)
    items = interleaved_answer(first, second, SimilarQuery(item=["a"], listener="ola"))["items"]
    assert sorted(item["name"] for item in items) == list("bcdef")


def test_an_excluded_item_that_the_challenger_lacks_does_not_silence_it(
    plain: ServedModel, tmp_path: Path
) -> None:
    older = served(tmp_path, "older", {letter: letter for letter in "abcde"})
    answer = interleaved_answer(plain, older, SimilarQuery(item=["a"], listener="ola", exclude=["f", "b"]))
    assert sorted(item["id"] for item in answer["items"]) == list("cde")
    assert {item["model"] for item in answer["items"]} == {"plain", "older"}


def test_another_spelling_and_reasons_do_not_change_the_list(plain: ServedModel, tmp_path: Path) -> None:
    other = served(tmp_path, "other", {letter: letter for letter in "abcdef"})

    def teams(**query: object) -> list[list[str]]:
        """The teams of ten listeners' lists."""
        asked = [SimilarQuery.model_validate({"listener": str(n), **query}) for n in range(10)]
        return [[item["model"] for item in interleaved_answer(plain, other, one)["items"]] for one in asked]

    assert teams(item=["a"]) == teams(item=["A"]) == teams(item=["a"], why=True)
