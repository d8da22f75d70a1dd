"""A build that stopped goes on where it stopped."""

from __future__ import annotations

import os
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tigertail.errors import DataError, TigertailError
from tigertail.ingest.build import build
from tigertail.ingest.formats.listenbrainz_spark import ListenBrainzSpark
from tigertail.ingest.formats.resumable import Part
from tigertail.ingest.recipe import Recipe
from tigertail.io.quarantine import Quarantine
from tigertail.testing import OpenWorld

WORLD = OpenWorld(artists=20, listeners=30)
NAME = "listenbrainz-spark-dump-1-20260101-000000-full.tar"


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    return WORLD.write_listens(tmp_path / NAME, 5_000, member_rows=1_000)


@pytest.fixture
def recipe(tmp_path: Path, dump: Path) -> Recipe:
    (tmp_path / "open.toml").write_text(
        f'[[source]]\nformat = "listenbrainz-spark"\npath = "{dump.name}"\n', encoding="utf-8"
    )
    return Recipe.load(tmp_path / "open.toml")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the members that are read."""
    names: list[str] = []
    parts = ListenBrainzSpark.parts

    def noted(source: ListenBrainzSpark, quarantine: Quarantine) -> Iterator[Part]:
        for part in parts(source, quarantine):

            def reading(counts: Quarantine, part: Part = part) -> Iterator[object]:
                names.append(part.name.rpartition("/")[2])
                return part.read(counts)

            yield Part(part.name, part.stamp, reading)  # type: ignore[arg-type]

    monkeypatch.setattr(ListenBrainzSpark, "parts", noted)
    return names


def test_after_a_fault_the_members_before_it_are_not_read_again(
    tmp_path: Path, dump: Path, recipe: Recipe, read: list[str]
) -> None:
    whole = build(recipe, tmp_path / "whole")[0].fingerprint
    data = dump.read_bytes()
    dump.write_bytes(data[: int(0.7 * len(data))])
    read.clear()
    with pytest.raises(DataError) as caught:
        build(recipe, tmp_path / "made")
    assert caught.value.path == dump / f"{dump.stem}/3.parquet"
    assert f"what was read is kept in {tmp_path}/.made.work" in caught.value.remedy
    assert not (tmp_path / "made").exists()

    dump.write_bytes(data)  # downloaded again
    read.clear()
    dataset, report = build(recipe, tmp_path / "made")
    assert read == ["3.parquet", "4.parquet"]
    assert dataset.fingerprint == whole
    assert report.sources[0].read == 5_000
    assert not (tmp_path / ".made.work").exists()


def interrupt(recipe: Recipe, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop a build when all is read."""

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("tigertail.ingest.build._DatasetBuilder.finish", stop)
        with pytest.raises(KeyboardInterrupt):
            build(recipe, path)


def test_what_was_read_under_other_settings_is_read_again(
    tmp_path: Path, dump: Path, recipe: Recipe, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt(recipe, tmp_path / "made", monkeypatch)
    assert len(read) == 5
    read.clear()
    tracks = recipe.source[0].model_copy(update={"kind": "track"})
    build(recipe.model_copy(update={"source": (tracks,)}), tmp_path / "made")
    assert len(read) == 5


@pytest.mark.parametrize("fault", [Path.unlink, lambda rows: rows.write_bytes(rows.read_bytes()[:50])])
def test_a_part_whose_rows_are_not_whole_is_read_again(
    tmp_path: Path,
    recipe: Recipe,
    read: list[str],
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[Path], object],
) -> None:
    whole = build(recipe, tmp_path / "whole")[0].fingerprint
    interrupt(recipe, tmp_path / "made", monkeypatch)
    read.clear()
    fault(min((tmp_path / ".made.work").glob("*.parquet")))
    assert build(recipe, tmp_path / "made")[0].fingerprint == whole
    assert len(read) == 1


def test_a_file_in_the_place_of_the_folder_is_an_error_with_a_remedy(tmp_path: Path, recipe: Recipe) -> None:
    (tmp_path / ".made.work").touch()
    with pytest.raises(TigertailError, match="cannot be written") as error:
        build(recipe, tmp_path / "made")
    assert error.value.remedy


def test_another_file_of_the_same_name_is_read(
    tmp_path: Path, dump: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = tmp_path / "dump.zip"

    def recipe_of(file: Path, member: int) -> Recipe:
        """Put a member of the dump into a place, and return the recipe of that."""
        with tarfile.open(dump) as archive:
            content = archive.extractfile(f"{dump.stem}/{member}.parquet")
            assert content is not None
            if file == packed:
                with zipfile.ZipFile(packed, "w") as made:
                    made.writestr("0.parquet", content.read())
            else:
                file.write_bytes(content.read())
        (tmp_path / "one.toml").write_text(
            f'[[source]]\nformat = "listenbrainz-spark"\npath = "{file.name}"\n'
        )
        return Recipe.load(tmp_path / "one.toml")

    for place in (tmp_path / "0.parquet", packed):
        read.clear()
        interrupt(recipe_of(place, 0), tmp_path / place.stem, monkeypatch)
        build(recipe_of(place, 1), tmp_path / place.stem)
        assert read == ["0.parquet", "0.parquet"]


def test_what_counts_as_read_is_on_the_disk(
    tmp_path: Path, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[str] = []
    sync = os.fsync

    def noted(handle: int) -> None:
        flushed.append(Path(f"/proc/self/fd/{handle}").readlink().suffixes[0])
        sync(handle)

    monkeypatch.setattr(os, "fsync", noted)
    interrupt(recipe, tmp_path / "made", monkeypatch)
    files = [suffix for suffix in flushed if suffix in (".parquet", ".json")]
    assert files == [".parquet", ".json"] * 5


def test_brackets_in_a_path_are_letters_of_a_name(
    tmp_path: Path, recipe: Recipe, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt(recipe, tmp_path / "a [1]" / "made", monkeypatch)
    build(recipe, tmp_path / "a [1]" / "made")
    assert len(read) == 5


def test_counts_and_examples_are_kept_too(
    tmp_path: Path, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = build(recipe, tmp_path / "whole")[1]
    interrupt(recipe, tmp_path / "made", monkeypatch)
    assert build(recipe, tmp_path / "made")[1] == whole
