"""No file but the page's own can be read, however a path is spelt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tigertail.errors import ModelError
from tigertail.model.store import folder as store
from tigertail.service.serving.model_cache import copied
from tigertail.storage import sha256

SECRET = b"a-line-that-must-not-be-read"
UP = [
    "..",
    "%2e%2e",
    "%2E%2E",
    ".%2e",
    "%252e%252e",
    "%c0%ae%c0%ae",
    "..%00",
    "%00/..",
    "..;",
    "....//",
    "..%5c",
    "..\\",
    "%ef%bc%8e%ef%bc%8e",
]
PASSWD = b"root:"


def request(path: str) -> bytes:
    head = b"Host: localhost\r\nConnection: close\r\n\r\n"
    return b"GET " + path.encode() + b" HTTP/1.1\r\n" + head


def check_nothing_is_read(status: int, answer: bytes, path: str) -> None:
    assert status in (200, 304, 307, 400, 404, 405, 422), (path, answer[:200])
    assert PASSWD not in answer, path
    assert SECRET not in answer, path
    assert b'"magic"' not in answer, path


@pytest.fixture(scope="module")
def targets(original: Path) -> list[str]:
    """What an enemy would like to read, from the root of the file system."""
    secret = original.parent / "secret.txt"
    secret.write_bytes(SECRET)
    return ["etc/passwd", str(secret)[1:], str(original / "manifest.json")[1:]]


@pytest.mark.parametrize("up", UP)
@pytest.mark.parametrize("under", ["/", "/explorer/", "/explorer/x/", "/v1/items/", "/static-offline-docs/"])
def test_paths(shared, targets: list[str], under: str, up: str) -> None:
    for target in targets:
        for separator in ("/", "%2f"):
            path = under + separator.join([*[up] * 12, target.replace("/", separator)])
            check_nothing_is_read(*shared.raw(request(path)), path)


@pytest.mark.parametrize("under", ["/explorer/", "/explorer", "/v1/items/", "", "/static-offline-docs/"])
def test_absolute_paths(shared, targets: list[str], under: str) -> None:
    for target in targets:
        for path in (f"/{target}", f"//{target}", f"%2f{target}", f"file:///{target}", f"C:\\{target}"):
            whole = under + path if (under + path).startswith("/") else f"/{path}"
            check_nothing_is_read(*shared.raw(request(whole)), whole)


@pytest.mark.parametrize(
    "question",
    [
        "/v1/similar?item={}",
        "/v1/similar?item=star&signal={}",
        "/v1/similar?item=star&country={}",
        "/v1/similar?item=star&language={}",
        "/v1/similar?item=star&group={}",
        "/v1/similar?item=star&disabled_signal={}",
        "/v1/similar?item=star&item_country={}",
        "/v1/similar?item=star&exclude={}",
        "/v1/items?q={}",
        "/v1/neighbours?cursor={}",
        "/2.0/?method=artist.getsimilar&artist={}",
        "/similar-artists/json?artist_mbids={}&algorithm=a",
        "/similar-artists/json?artist_mbids=a&algorithm={}",
    ],
)
def test_parameters(shared, targets: list[str], question: str) -> None:
    for target in targets:
        for value in (
            f"/{target}",
            "../" * 12 + target,
            "%2e%2e%2f" * 12 + target,
            f"/{target}%00",
            f"file:///{target}",
        ):
            check_nothing_is_read(*shared.raw(request(question.format(value))), value)


def test_targets_of_other_forms(shared, targets: list[str]) -> None:
    for target in targets:
        for line in (
            f"GET http://localhost/../{target} HTTP/1.1",
            f"GET http://elsewhere/../../{target} HTTP/1.1",
            f"GET ../../{target} HTTP/1.1",
            "GET * HTTP/1.1",
            "CONNECT localhost:22 HTTP/1.1",
        ):
            status, answer = shared.raw(line.encode() + b"\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert status in ((421,) if "elsewhere" in line else (0, 400, 404, 405)), (line, answer)
            assert PASSWD not in answer


@pytest.mark.parametrize(
    ("target", "host", "wanted"),
    [
        ("http://localhost:8000/v1/items", b"Host: localhost\r\n", 200),
        ("http://localhost/v1/items", b"Host: elsewhere\r\n", 200),
        ("http://elsewhere/v1/items", b"Host: localhost\r\n", 421),
        ("HTTP://localhost@elsewhere/v1/items", b"Host: localhost\r\n", 421),
        ("http://localhost@elsewhere/v1/items", b"", 421),
        ("http://localhost/v1/items", b"Host: localhost\r\nHost: localhost\r\n", 400),
        ("/v1/items?q=http://elsewhere/", b"Host: localhost\r\n", 200),
    ],
)
def test_the_host_of_a_target_stands_above_the_header(shared, target: str, host: bytes, wanted: int) -> None:
    status, answer = shared.raw(b"GET %b HTTP/1.1\r\n%bConnection: close\r\n\r\n" % (target.encode(), host))
    assert status == wanted, answer


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the page's files, in which somebody has put links to elsewhere."""
    (tmp_path / "secret.txt").write_bytes(SECRET)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_bytes(SECRET)
    files = tmp_path / "page"
    files.mkdir()
    (files / "index.html").write_text("the page")
    (files / "own.js").write_text("own")
    (files / "link.txt").symlink_to(tmp_path / "secret.txt")
    (files / "folder").symlink_to(tmp_path / "outside")
    monkeypatch.setattr("tigertail.service.app.EXPLORER", files)
    return files


def test_links_out_of_the_page(page: Path, serve) -> None:
    client = serve()
    assert client.get("/explorer/own.js").text == "own"
    for path in ("/explorer/link.txt", "/explorer/folder/secret.txt", "/explorer/folder/"):
        assert client.get(path).status_code == 404, path


@pytest.mark.parametrize("name", ["../outside", "/absolute", "1/../../outside"])
def test_a_model_that_names_files_outside_of_itself(folder: Path, tmp_path: Path, name: str) -> None:
    secret = tmp_path / "outside"
    secret.write_bytes(SECRET)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    del manifest[store.SEAL]
    manifest["files"] |= {f"../{name}" if name.startswith("..") else name: sha256(secret)}
    manifest[store.SEAL] = store._seal(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelError):
        copied(folder, tmp_path / "cache")
    assert not list((tmp_path / "cache").rglob("outside"))
