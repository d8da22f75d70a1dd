"""Models are replaced whole, and a bad one takes no good one's place."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tigertail.errors import ModelError
from tigertail.model import Model, roll_back, save
from tigertail.model.store.signing import new_signing_key, sign
from tigertail.service.compat.similarity_scores import like
from tigertail.service.serving.served_model import AnswerSettings, ServedModel
from tigertail.service.serving.served_models import RETRY_AFTER, ServedModels
from tigertail.signals.factors import FactorAffinity


def other(model: Model) -> Model:
    """Make a model that answers otherwise."""
    alike = FactorAffinity(np.ones((len(model.items), 4), np.float32))
    return replace(model, signals={**model.signals, "factors": alike})


@pytest.fixture
def changes() -> list[tuple[str, bool]]:
    return []


@pytest.fixture
def models(folder: Path, changes: list[tuple[str, bool]]) -> ServedModels:
    return ServedModels({"current": folder}, lambda role, new: changes.append((role, new)))


def test_a_new_model_takes_its_place_at_the_next_look(
    models: ServedModels, local_model: Model, folder: Path, changes: list[tuple[str, bool]]
) -> None:
    held = models["current"]
    save(other(local_model), folder)
    assert models["current"] is held
    models.check()
    assert models["current"].version != held.version
    assert held.model.similar("star")["item_id"].len(), "who holds the old one goes on with it"
    assert changes == [("current", True)]


@pytest.mark.parametrize("copies", [True, False])
def test_a_new_model_that_no_signer_signed_is_left_out_until_one_does(
    local_model: Model, folder: Path, tmp_path: Path, copies: bool
) -> None:
    signers = (new_signing_key(tmp_path / "key.pem"),)
    with pytest.raises(ModelError, match="not signed"):
        ServedModels({"current": folder}, cache_dir=tmp_path / "c" if copies else None, signers=signers)
    sign(folder, tmp_path / "key.pem")
    models = ServedModels({"current": folder}, cache_dir=tmp_path / "c" if copies else None, signers=signers)
    before = models["current"].version
    save(other(local_model), folder)
    models.check()
    assert models["current"].version == before
    assert models.refused() == {"current": "not signed, and signers are set"}
    sign(folder, tmp_path / "key.pem")
    models.check()
    assert models["current"].version != before
    assert models.refused() == {}


def test_rolling_back_brings_the_old_model_back(
    models: ServedModels, local_model: Model, folder: Path
) -> None:
    before = models["current"].version
    save(other(local_model), folder)
    models.check()
    roll_back(folder)
    models.check()
    assert models["current"].version == before


def test_a_half_copied_model_is_refused_until_it_is_whole(
    models: ServedModels, local_model: Model, folder: Path, tmp_path: Path, changes: list[tuple[str, bool]]
) -> None:
    before = models["current"].version
    save(other(local_model), tmp_path / "elsewhere")
    missing = sorted((tmp_path / "elsewhere" / "1").rglob("*.npy"))[0]
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "elsewhere", folder, ignore=lambda _, names: {missing.name} & set(names))
    for _ in range(2 * RETRY_AFTER):
        models.check()
        assert models["current"].version == before
    assert models.refused() == {"current": "a file of the model is missing"}
    assert changes == [("current", False)], "said once"
    shutil.copytree(tmp_path / "elsewhere", folder, dirs_exist_ok=True)
    for _ in range(RETRY_AFTER):
        models.check()
    assert models["current"].version != before
    assert models.refused() == {}
    assert changes == [("current", False), ("current", True)]


def test_a_model_cut_short_is_found_out_before_it_answers(
    models: ServedModels, local_model: Model, folder: Path
) -> None:
    before = models["current"].version
    save(other(local_model), folder)
    vectors = folder / "2" / "factors" / "vectors.npy"
    vectors.write_bytes(vectors.read_bytes()[:-4])
    models.check()
    assert models["current"].version == before
    assert models.refused() == {"current": "altered or cut short since it was written"}


def test_each_new_model_that_is_refused_is_said_once(
    models: ServedModels, local_model: Model, folder: Path, changes: list[tuple[str, bool]]
) -> None:
    for generation in (2, 3):
        save(other(local_model), folder)
        (folder / str(generation) / "factors" / "vectors.npy").write_bytes(b"")
        models.check()
        models.check()
    assert changes == [("current", False)] * 2


class Panic(BaseException):
    """As Polars and other libraries in Rust raise it: no ``Exception``."""


def test_a_model_at_which_a_library_panics_is_refused_like_any_other(
    models: ServedModels, local_model: Model, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def panic(*_: object, **__: object) -> None:
        raise Panic

    before = models["current"].version
    save(other(local_model), folder)
    with monkeypatch.context() as patched:
        patched.setattr(ServedModel, "open", panic)
        models.check()
    assert models["current"].version == before
    assert models.refused() == {"current": "cannot be opened (Panic)"}


def test_a_worker_that_starts_at_such_a_model_answers_from_the_copy_of_the_one_before(
    local_model: Model, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ServedModels({"current": folder}, cache_dir=tmp_path / "copies")["current"].version
    save(other(local_model), folder)

    def panic(*_: object, **__: object) -> None:
        raise Panic

    monkeypatch.setattr("tigertail.service.serving.served_models.copied", panic)
    models = ServedModels({"current": folder}, cache_dir=tmp_path / "copies")
    assert models["current"].version == before
    assert models.refused() == {"current": "cannot be opened (Panic)"}


def test_a_model_that_went_away_goes_on_answering(models: ServedModels, folder: Path) -> None:
    shutil.rmtree(folder)
    models.check()
    assert models["current"].model.similar("star").height > 0
    assert models.refused() == {"current": "no such model"}


def test_nothing_new_is_nothing_to_do(models: ServedModels, changes: list[tuple[str, bool]]) -> None:
    held = models["current"]
    models.check()
    assert models["current"] is held
    assert changes == []


def test_a_model_saved_again_unchanged_in_all_but_time(models: ServedModels, folder: Path) -> None:
    held = models["current"]
    (folder / "manifest.json").touch()
    models.check()
    assert models["current"] is held


def test_a_damaged_model_is_not_put_up_at_all(folder: Path) -> None:
    (folder / "manifest.json").write_text("{")
    with pytest.raises(ModelError, match="damaged manifest"):
        ServedModels({"current": folder})


def test_roles(models: ServedModels) -> None:
    assert models.get("challenger") is None
    assert list(models.served()) == ["current"]


def test_the_settings_keep_items_out_of_every_answer(folder: Path) -> None:
    plain = ServedModels({"current": folder})["current"]
    without = ServedModels({"current": folder}, settings=AnswerSettings(unlisted=("p2",)))["current"]
    assert without.version == plain.version
    assert without.tag != plain.tag, "clients must not take old answers for those of today"
    assert "p2" in plain.model.similar("p1")["item_id"]
    assert "p2" not in without.model.similar("p1")["item_id"]


def test_the_log_names_what_the_settings_list_and_no_item_is(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ServedModels({"current": folder}, settings=AnswerSettings(unlisted=("p2", "Nobody", "special-purpose")))
    (warning,) = (vars(record) for record in caplog.records if record.levelname == "WARNING")
    assert warning["message"] == "entries of unlisted match no item"
    assert warning["unlisted"] == "Nobody"


def test_players_see_the_catalogue_from_the_place_of_the_settings(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plain = ServedModels({"current": folder})["current"]
    polish = ServedModels({"current": folder}, settings=AnswerSettings(players_place="Poland"))["current"]
    star = plain.index.match_all(["star"])[0].tolist()
    at_home = polish.model.answer(np.array(star, np.int32), 3, country="PL", kinds=("artist",))
    assert [code for code, _ in like(polish, star, 3, "artist")] == at_home.items.tolist()
    assert like(polish, star, 3, "artist", "BR") == like(plain, star, 3, "artist", "BR")
    assert like(polish, star, 3, "artist") != like(plain, star, 3, "artist")
    assert polish.tag != plain.tag, "clients must not take old answers for those of today"
    assert not caplog.records


def test_a_place_that_the_model_does_not_know_is_the_world_and_the_log_says_so(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plain = ServedModels({"current": folder})["current"]
    lost = ServedModels({"current": folder}, settings=AnswerSettings(players_place="Atlantis"))["current"]
    (warning,) = (vars(record) for record in caplog.records if record.levelname == "WARNING")
    assert warning["players_place"] == "Atlantis"
    assert "Atlantis" in warning["problem"]
    assert like(lost, [0], 3, "artist") == like(plain, [0], 3, "artist")
