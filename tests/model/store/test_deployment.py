"""A model takes the place of another, and gives it back."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tigertail.errors import ModelError, TigertailWarning
from tigertail.model import Model, deploy, load, roll_back, save
from tigertail.model.store.folder import VERSION, VERSION_DIGITS, content_digest, map_file
from tigertail.signals.factors import FactorAffinity
from tigertail.storage import checksums


@pytest.fixture
def folder(model: Model, tmp_path: Path) -> Path:
    save(model, tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def new(model: Model, tmp_path: Path) -> Path:
    save(other(model), tmp_path / "new")
    return tmp_path / "new"


def other(model: Model) -> Model:
    """Make a model that answers otherwise."""
    alike = FactorAffinity(np.ones((len(model.items), 4), np.float32))
    return replace(model, signals={**model.signals, "factors": alike})


def test_a_deployed_model_is_the_one_it_was_copied_from(folder: Path, new: Path) -> None:
    opened = load(folder)
    assert deploy(new, folder) == load(folder).version == load(new).version
    assert load(folder).neighbours(signal="factors").equals(load(new).neighbours(signal="factors"))
    assert not opened.neighbours(signal="factors").equals(load(new).neighbours(signal="factors"))
    assert roll_back(folder) == opened.version


def test_a_model_is_deployed_to_where_there_was_none(new: Path, tmp_path: Path) -> None:
    assert deploy(new, tmp_path / "served") == load(tmp_path / "served").version


def test_what_is_in_place_is_not_deployed_again(folder: Path, new: Path) -> None:
    first = load(folder).version
    version = deploy(new, folder)
    before = checksums(folder)
    for source in (new, folder):
        with pytest.warns(TigertailWarning, match=f"was the version {version} before: no new generation"):
            assert deploy(source, folder) == version
    assert checksums(folder) == before
    assert roll_back(folder) == first, "a deployment that is tried again leaves the model to go back to"


def test_a_generation_may_be_removed_by_hand(folder: Path, new: Path) -> None:
    """As docs/security.md says of one that knows a listener who is to be forgotten."""
    version = deploy(new, folder)
    shutil.rmtree(folder / "1")
    assert load(folder).version == version
    with pytest.raises(ModelError, match="no generation before 2 is kept"):
        roll_back(folder)


def test_what_is_damaged_in_place_is_deployed_again(new: Path, tmp_path: Path) -> None:
    served = tmp_path / "served"
    version = deploy(new, served)
    (served / "1" / "factors" / "vectors.npy").write_bytes(b"")
    assert deploy(new, served) == version
    assert load(served).neighbours(signal="factors").equals(load(new).neighbours(signal="factors"))


def test_a_model_of_another_kind_is_not_deployed(folder: Path, tracks_model: Model, tmp_path: Path) -> None:
    save(tracks_model, tmp_path / "tracks")
    before = checksums(folder)
    with pytest.raises(ModelError, match=f"a model of tracks, and {folder} has one of artists") as caught:
        deploy(tmp_path / "tracks", folder)
    assert caught.value.remedy == "deploy it to a folder of its own"
    assert checksums(folder) == before


def test_a_model_that_cannot_be_opened_is_not_deployed(folder: Path, new: Path) -> None:
    before = checksums(folder)
    change(new / "manifest.json", config={"listening": {"colour": "red"}})
    with pytest.raises(ModelError, match=r"unknown configuration \(listening\.colour: unknown key\)"):
        deploy(new, folder)
    assert checksums(folder) == before


def test_a_damaged_model_is_not_deployed(folder: Path, new: Path) -> None:
    before = checksums(folder)
    vectors = new / "1" / "factors" / "vectors.npy"
    vectors.write_bytes(vectors.read_bytes()[:-4])
    with pytest.raises(ModelError, match=r"vectors\.npy: altered or cut short"):
        deploy(new, folder)
    vectors.unlink()
    with pytest.raises(ModelError, match=r"vectors\.npy: a file of the model is missing"):
        deploy(new, folder)
    assert checksums(folder) == before


def test_nothing_else_is_replaced(new: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.tex").touch()
    with pytest.raises(ModelError, match="exists and is not a model"):
        deploy(new, tmp_path / "thesis")


def test_rolling_back_takes_the_model_before_and_back_again(model: Model, folder: Path) -> None:
    first = load(folder)
    save(other(model), folder)
    second = load(folder)
    assert roll_back(folder) == first.version
    assert load(folder).neighbours(signal="factors").equals(first.neighbours(signal="factors"))
    assert roll_back(folder, to=2) == second.version == load(folder).version


def test_after_rolling_back_a_new_model_takes_a_new_number(model: Model, folder: Path) -> None:
    save(other(model), folder)
    roll_back(folder)
    save(other(model), folder)
    assert sorted(path.name for path in folder.iterdir()) == ["1", "3", "manifest.json"]
    assert roll_back(folder) == load(folder).version


def test_nothing_to_roll_back_to(model: Model, folder: Path) -> None:
    with pytest.raises(ModelError, match="no generation before 1 is kept"):
        roll_back(folder)
    save(other(model), folder)
    with pytest.raises(ModelError, match="no generation 7 is kept beside the present one, 2") as error:
        roll_back(folder, to=7)
    assert error.value.remedy == "choose one of 1"


def test_where_there_is_no_model_nothing_is_rolled_back(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such model"):
        roll_back(tmp_path / "model")


def test_a_damaged_generation_is_not_rolled_back_to(model: Model, folder: Path) -> None:
    save(other(model), folder)
    vectors = folder / "1" / "factors" / "vectors.npy"
    vectors.write_bytes(vectors.read_bytes()[:-4])
    with pytest.raises(ModelError, match=r"vectors\.npy: altered or cut short"):
        roll_back(folder)
    assert load(folder).neighbours(signal="factors").equals(other(model).neighbours(signal="factors"))


def test_a_map_goes_with_its_model(folder: Path, new: Path) -> None:
    version = str(load(new).version)
    map_file(new, version).parent.mkdir()
    map_file(new, version).write_bytes(b"a map")
    deploy(new, folder)
    assert map_file(folder, version).read_bytes() == b"a map"


def change(manifest: Path, **changes: object) -> None:
    """Rewrite a manifest, sealed again."""
    content = json.loads(manifest.read_text("utf-8")) | changes
    del content["sha256"]
    seal = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    manifest.write_text(json.dumps(content | {"sha256": seal}), "utf-8")


def test_a_model_of_another_release_gives_way(folder: Path, new: Path) -> None:
    for manifest in (folder / "manifest.json", folder / "1" / "manifest.json"):
        change(manifest, version=VERSION - 1)
    content = json.loads((folder / "manifest.json").read_text("utf-8"))
    del content["sha256"]
    drawn = map_file(folder, content_digest(content)[:VERSION_DIGITS])
    drawn.parent.mkdir()
    drawn.write_bytes(b"a map")
    assert deploy(new, folder) == load(folder).version
    assert drawn.exists(), "its generation is kept too"
    with pytest.raises(ModelError, match=f"model format {VERSION - 1}; this release"):
        roll_back(folder)


def test_a_model_whose_files_lie_elsewhere_is_no_model(folder: Path, new: Path) -> None:
    files = json.loads((new / "manifest.json").read_text("utf-8"))["files"]
    change(new / "manifest.json", files=files | {"../../outside.npy": "0" * 64})
    with pytest.raises(ModelError, match="a file of the model lies outside of it"):
        deploy(new, folder)


def test_maps_go_with_the_models_that_are_gone(model: Model, folder: Path, new: Path) -> None:
    for number in range(4):
        save(replace(model, training_summary={"round": number}), new)
        drawn = map_file(new, str(load(new).version))
        drawn.parent.mkdir(exist_ok=True)
        drawn.write_bytes(b"a map")
        deploy(new, folder)
    assert len(list(drawn.parent.parent.glob("maps/*"))) == 4
    assert len(list(folder.glob("maps/*"))) == 2, "as many as there are generations"
