"""``tigertail data get``: the newest release of a published set, from a publisher on loopback."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.publisher import Publisher
from tests.support import run_cli
from typer.testing import CliRunner

from tigertail.cli import app
from tigertail.errors import ConfigError, DataError

DUMP = "listenbrainz-spark-dump-{}-full.tar"
RELEASE = "/full/listenbrainz-dump-{}-full/"


def release(number: str, content: bytes) -> dict[str, bytes]:
    name, folder = DUMP.format(number), RELEASE.format(number)
    checksum = hashlib.sha256(content).hexdigest().encode()
    return {folder + name: content, f"{folder}{name}.sha256": checksum + b"\n"}


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    files = release("99-20260101-000001", b"older") | release("100-20260115-000001", b"newer")
    with Publisher(files).serving() as started:
        yield started


def test_the_newest_release_is_fetched_and_checked(publisher: Publisher, tmp_path: Path) -> None:
    shown = run_cli(
        "data", "get", "listenbrainz", tmp_path, "--yes", "--index", f"{publisher.address}/full/"
    ).stdout
    target = tmp_path / "listenbrainz" / DUMP.format("100-20260115-000001")
    assert target.read_bytes() == b"newer"
    assert shown.index("Licence: CC0 1.0") < shown.index("0.00 GB") < shown.index("fetched, checksum right")
    again = run_cli(
        "data", "get", "listenbrainz", tmp_path, "--yes", "--index", f"{publisher.address}/full"
    ).stdout
    assert f"{target}: there, checksum right" in again
    assert [path for path, _ in publisher.asked if path.endswith(".tar")] == [
        RELEASE.format("100-20260115-000001") + target.name
    ]


@pytest.mark.parametrize(("variable", "folder"), [("~/mine", "mine"), ("", "data")])
def test_a_folder_left_out_is_that_of_the_environment(
    publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, folder: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TIGERTAIL_DATA", variable)
    run_cli("data", "get", "listenbrainz", "--yes", "--index", f"{publisher.address}/full/")
    assert (tmp_path / folder / "listenbrainz" / DUMP.format("100-20260115-000001")).exists()


def test_nothing_is_fetched_before_a_yes(publisher: Publisher, tmp_path: Path) -> None:
    command = ["data", "get", "listenbrainz", str(tmp_path), "--index", f"{publisher.address}/full/"]
    answer = CliRunner().invoke(app, command, input="n\n")
    assert answer.exit_code == 1
    assert "Licence: CC0 1.0" in answer.stdout
    assert not list(tmp_path.iterdir())
    assert CliRunner().invoke(app, command, input="y\n").exit_code == 0
    assert (tmp_path / "listenbrainz" / DUMP.format("100-20260115-000001")).exists()


def test_a_release_in_the_making_is_passed_over(publisher: Publisher, tmp_path: Path) -> None:
    newest = release("101-20260201-000001", b"half")
    publisher.files |= {path: content for path, content in newest.items() if not path.endswith(".sha256")}
    run_cli("data", "get", "listenbrainz", tmp_path, "--yes", "--index", f"{publisher.address}/full/")
    assert (tmp_path / "listenbrainz" / DUMP.format("100-20260115-000001")).exists()


def test_one_list_of_checksums_for_all_files(tmp_path: Path) -> None:
    content = b"artists"
    sums = f"{'0' * 64} *area.tar.xz\n{hashlib.sha256(content).hexdigest()} *artist.tar.xz\n"
    files = {
        "/json/20260131-001001/artist.tar.xz": content,
        "/json/20260131-001001/SHA256SUMS": sums.encode(),
    }
    with Publisher(files | {"/json/LATEST": b"x"}).serving() as publisher:
        run_cli("data", "get", "musicbrainz", tmp_path, "--yes", "--index", f"{publisher.address}/json/")
    assert (tmp_path / "musicbrainz" / "artist.tar.xz").read_bytes() == content


def test_of_a_set_alone_a_size_is_known_in_words(
    publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tigertail.ingest.fetching.size_at", lambda address: None)  # the server does not say
    command = ("data", "get", "listenbrainz", tmp_path, "--yes", "--index", f"{publisher.address}/full/")
    _, _, size, file, *_ = run_cli(*command).stdout.splitlines()
    assert size == "Size: some 220 GB in September 2026"
    assert file.endswith(f"{DUMP.format('100-20260115-000001')}: of unknown size")


def test_no_release_is_an_error(tmp_path: Path) -> None:
    with (
        Publisher({"/full/README": b""}).serving() as publisher,
        pytest.raises(DataError, match="no release with"),
    ):
        run_cli("data", "get", "listenbrainz", tmp_path, "--yes", "--index", f"{publisher.address}/full/")


def test_an_address_without_http_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"'mirror\.example\.org/full/' is no address of HTTP"):
        run_cli("data", "get", "listenbrainz", tmp_path, "--yes", "--index", "mirror.example.org/full")


def test_list_names_the_sets() -> None:
    shown = run_cli("data", "list").stdout
    assert "listenbrainz-day" in shown
    assert "https://metabrainz.org/datasets/json-dumps" in shown
