"""Files over HTTP, from a server on loopback that cuts, refuses and lies."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from pathlib import Path
from typing import cast
from urllib.request import Request, urlopen

import pytest
from tests.publisher import Publisher

from tigertail.errors import DataError, TigertailError
from tigertail.io import download as download_module
from tigertail.io.download import checksum_of, download, is_whole, links, text_at
from tigertail.progress import Tick

CONTENT = bytes(range(256)) * 1000
RIGHT = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with Publisher({"/set/a.tar": CONTENT}).serving() as started:
        yield started


class Waits(list[float]):
    """Stands in for ``time.sleep``."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the bar is told."""
    told: list[float] = []

    @contextmanager
    def progress(description: str, total: float | None = None) -> Iterator[Tick]:
        yield lambda advance=1, note="": told.append(advance)

    monkeypatch.setattr(download_module, "progress", progress)
    return told


def fetch(publisher: Publisher, target: Path, checksum: str = RIGHT) -> Waits:
    waits = Waits()
    download(f"{publisher.address}/set/a.tar", target, checksum, sleep=waits)
    return waits


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha512"])
def test_a_file_is_named_when_its_checksum_is_right(
    publisher: Publisher, tmp_path: Path, algorithm: str
) -> None:
    checksum = hashlib.new(algorithm, CONTENT).hexdigest()
    assert fetch(publisher, tmp_path / "new" / "a.tar", checksum) == []
    assert (tmp_path / "new" / "a.tar").read_bytes() == CONTENT
    assert is_whole(tmp_path / "new" / "a.tar", checksum)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.tar"]


def test_a_cut_connection_goes_on_where_it_was_cut(publisher: Publisher, tmp_path: Path) -> None:
    publisher.cuts = [100_000, 50_000]
    assert fetch(publisher, tmp_path / "a.tar") == [1, 1]
    assert (tmp_path / "a.tar").read_bytes() == CONTENT
    assert [wanted for _, wanted in publisher.asked] == [None, "bytes=100000-", "bytes=150000-"]


def test_a_server_may_give_less_than_was_asked_for(publisher: Publisher, tmp_path: Path) -> None:
    (tmp_path / "a.tar.part").write_bytes(CONTENT[:70_000])
    publisher.longest = 100_000
    fetch(publisher, tmp_path / "a.tar")
    assert (tmp_path / "a.tar").read_bytes() == CONTENT
    assert [wanted for _, wanted in publisher.asked] == ["bytes=70000-", "bytes=170000-"]


def test_what_came_before_a_stall_is_kept(
    publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download_module, "_TIMEOUT", 1.0)
    publisher.cuts = [1000]
    publisher.stalls = True
    fetch(publisher, tmp_path / "a.tar")
    assert (tmp_path / "a.tar").read_bytes() == CONTENT
    assert [wanted for _, wanted in publisher.asked] == [None, "bytes=1000-"]


def test_a_lost_route_is_an_error_of_the_connection(
    publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors = [OSError(errno.EHOSTUNREACH, "No route to host")]

    def lost_once(request: Request, timeout: float) -> HTTPResponse:
        if request.method == "GET" and errors:
            raise errors.pop()
        return cast("HTTPResponse", urlopen(request, timeout=timeout))

    monkeypatch.setattr(urllib.request, "urlopen", lost_once)
    assert fetch(publisher, tmp_path / "a.tar") == [1]
    assert (tmp_path / "a.tar").read_bytes() == CONTENT


def test_one_process_at_a_time_fetches_a_file(publisher: Publisher, tmp_path: Path) -> None:
    with (tmp_path / "a.tar.part").open("ab") as other:
        other.write(CONTENT[:1000])
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(DataError, match=r"a\.tar\.part: another process fetches it"):
            fetch(publisher, tmp_path / "a.tar")
    fetch(publisher, tmp_path / "a.tar")
    assert (tmp_path / "a.tar").read_bytes() == CONTENT


@pytest.mark.parametrize("place", ["file/a.tar", "folder"])
def test_a_place_that_cannot_be_written_is_named(publisher: Publisher, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(TigertailError, match=r"cannot be written .*\n.*choose another name"):
        fetch(publisher, tmp_path / place)


@pytest.mark.parametrize("address", ["http://[::1/", "http://a..b/", "http://127.0.0.1:port/"])
def test_an_address_that_cannot_be_one_is_not_tried_again(address: str) -> None:
    waits = Waits()
    with pytest.raises(DataError, match="is no address"):
        text_at(address, sleep=waits)
    assert waits == []


def test_a_later_call_goes_on_with_what_is_there(publisher: Publisher, tmp_path: Path) -> None:
    (tmp_path / "a.tar.part").write_bytes(CONTENT[:70_000])
    fetch(publisher, tmp_path / "a.tar")
    assert (tmp_path / "a.tar").read_bytes() == CONTENT
    assert publisher.asked == [("/set/a.tar", "bytes=70000-")]


def test_a_part_that_is_whole_is_only_checked(publisher: Publisher, tmp_path: Path) -> None:
    (tmp_path / "a.tar.part").write_bytes(CONTENT)
    fetch(publisher, tmp_path / "a.tar")
    assert (tmp_path / "a.tar").read_bytes() == CONTENT
    assert publisher.asked == [("/set/a.tar", f"bytes={len(CONTENT)}-")]


def test_a_part_of_a_longer_file_is_thrown_away(
    publisher: Publisher, tmp_path: Path, ticks: list[float]
) -> None:
    (tmp_path / "a.tar.part").write_bytes(CONTENT + b"more")
    fetch(publisher, tmp_path / "a.tar")
    assert (tmp_path / "a.tar").read_bytes() == CONTENT
    assert sum(ticks) == len(CONTENT), "what is thrown away is not progress"


def test_a_server_without_ranges_begins_again(
    publisher: Publisher, tmp_path: Path, ticks: list[float]
) -> None:
    publisher.ranges = False
    publisher.cuts = [100_000]
    fetch(publisher, tmp_path / "a.tar")
    assert (tmp_path / "a.tar").read_bytes() == CONTENT
    assert sum(ticks) == len(CONTENT)


def test_a_busy_server_is_asked_again_when_it_says(publisher: Publisher, tmp_path: Path) -> None:
    publisher.refusals = [
        (503, {"Retry-After": "7"}),
        (503, {"Retry-After": "soon"}),
        (429, {}),
        (503, {"Retry-After": "86400"}),
    ]
    assert fetch(publisher, tmp_path / "a.tar") == [7, 2, 4, 300]
    assert (tmp_path / "a.tar").read_bytes() == CONTENT


def test_one_that_stays_busy_is_given_up_and_the_part_kept(publisher: Publisher, tmp_path: Path) -> None:
    publisher.cuts = [1000]
    publisher.refusals = []
    (tmp_path / "a.tar.part").write_bytes(CONTENT[:10])
    publisher.refusals = [(503, {})] * 9
    with pytest.raises(DataError, match=r"503 .*\n.*goes on with a\.tar\.part"):
        fetch(publisher, tmp_path / "a.tar")
    assert (tmp_path / "a.tar.part").read_bytes() == CONTENT[:10]


def test_a_file_that_is_not_there_is_not_asked_for_twice(publisher: Publisher, tmp_path: Path) -> None:
    waits = Waits()
    with pytest.raises(DataError, match="404"):
        download(f"{publisher.address}/set/b.tar", tmp_path / "b.tar", RIGHT, sleep=waits)
    assert waits == []
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_checksum_leaves_nothing(publisher: Publisher, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"SHA256 of what came is {RIGHT}, published is 0000"):
        fetch(publisher, tmp_path / "a.tar", "0" * 64)
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    waits = Waits()
    with pytest.raises(DataError, match="cannot be fetched"):
        download("http://127.0.0.1:9/a.tar", tmp_path / "a.tar", RIGHT, sleep=waits)
    assert waits == [1, 2, 4, 8, 16]


def test_links_of_a_folder(publisher: Publisher) -> None:
    publisher.files["/set/2026%20a/b.tar"] = b""
    publisher.files["/set/%C3%A9.tar"] = b""
    assert links(f"{publisher.address}/set/") == ["é.tar", "2026 a", "a.tar"]
    assert text_at(f"{publisher.address}/set/2026 a/b.tar", sleep=Waits()) == ""
    assert text_at(f"{publisher.address}/set/é.tar", sleep=Waits()) == ""


def test_a_list_that_was_cut_is_asked_for_again(publisher: Publisher) -> None:
    publisher.files["/set/sums"] = f"{RIGHT}  a.tar".encode()
    publisher.cuts = [10]
    waits = Waits()
    assert text_at(f"{publisher.address}/set/sums", sleep=waits) == f"{RIGHT}  a.tar"
    assert waits == [1]


def test_a_list_that_is_too_long_is_refused(publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download_module, "_LONGEST_TEXT", 100)
    publisher.files["/set/sums"] = b"x" * 100
    assert text_at(f"{publisher.address}/set/sums") == "x" * 100
    publisher.files["/set/sums"] += b"x"
    with pytest.raises(DataError, match="longer than 100 bytes"):
        text_at(f"{publisher.address}/set/sums")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (RIGHT, RIGHT),
        (f"{RIGHT}\n", RIGHT),
        (f"{'0' * 64}  b.tar\n{RIGHT}  a.tar\n", RIGHT),
        (f"{RIGHT.upper()} *a.tar", RIGHT),
        (f"SHA256 (a.tar) = {RIGHT}", RIGHT),
        (f"{RIGHT}  ./dump/a.tar", RIGHT),
        (f"{RIGHT}  aa.tar", None),
        ("<html>", None),
        ("", None),
    ],
)
def test_checksums_as_they_are_published(text: str, found: str | None) -> None:
    assert checksum_of("a.tar", text) == found
