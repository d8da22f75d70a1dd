"""Bodies, questions and heads that are too large, or too deep."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator

import httpx
import pytest

from tigertail.service.server.http_limits import HEAD

MANY = 10 * 2**20
BATCH = "/v1/similar:batch"
POSTS = (BATCH, "/v1/feedback")
SOME = 64  # MiB that workers may grow by, whatever they are sent


@pytest.fixture(autouse=True, scope="module")
def memory(shared) -> Iterator[None]:
    """Whatever is sent here, the workers hold no more of it in the end, and both of them live."""
    httpx.post(f"{shared.url}{BATCH}", json={"requests": [{"items": ["star"]}]})
    workers, before = set(shared.workers()), shared.memory()
    yield
    assert shared.memory() - before < SOME
    assert set(shared.workers()) == workers


def check_problem(answer: httpx.Response, *statuses: int) -> None:
    assert answer.status_code in statuses, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    assert answer.json()["detail"]
    assert len(answer.content) < 4000, "what was sent is not sent back"


@pytest.mark.parametrize("path", POSTS)
def test_a_declared_length(ask: httpx.Client, path: str) -> None:
    check_problem(ask.post(path, content=b"x" * MANY), 413)


@pytest.mark.parametrize("path", POSTS)
def test_chunks_without_a_length(shared, path: str) -> None:
    chunk = b"10000\r\n" + b"x" * 2**16 + b"\r\n"
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    status, answer = shared.raw(
        head.encode() + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 160
    )
    # A client that sends on and on may see the connection end before it reads why.
    assert status in (413, 0), answer[:300]


def test_chunks_just_over_the_limit_are_told_so(ask: httpx.Client) -> None:
    check_problem(ask.post(BATCH, content=iter([b"x" * 2**16] * 17)), 413)


def test_a_length_that_is_none(shared) -> None:
    for length in ("-1", "1e9", "99999999999999999999999", "0x10", "1, 2", "\u0663"):
        head = f"POST {BATCH} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
        status, answer = shared.raw(head.encode() + b"{}")
        assert status in (400, 413), (length, answer)
        assert b"application/problem+json" in answer


def test_a_length_and_chunks_at_once(shared) -> None:
    head = (
        f"POST {BATCH} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    status, answer = shared.raw(head.encode() + b"0\r\n\r\nGET /health/live HTTP/1.1\r\n\r\n")
    assert status == 400, answer
    assert answer.count(b"HTTP/1.1 ") == 1, "the second request is not one"


def test_zipped_bodies_are_not_unzipped(ask: httpx.Client) -> None:
    bomb = gzip.compress(b" " * (20 * MANY))
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    for path in POSTS:
        check_problem(ask.post(path, content=bomb, headers=headers), 400, 415, 422)


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"requests":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"events":[' + b"1," * 400_000 + b"1]}",
        b'{"requests":[' + b"1," * 400_000 + b"1]}",
        b'{"requests":[{"items":[' + b'"a",' * 200_000 + b'"a"]}]}',
        b'{"requests":[{"items":["a"],"exclude":[' + b'"a",' * 200_000 + b'"a"]}]}',
        b'{"requests":[{"items":["' + b"a" * 900_000 + b'"]}]}',
        b'{"requests":[{"items":["star"],"n":' + b"9" * 100_000 + b"}]}",
        b'{"requests":[{"items":["star"],"n":1e400}]}',
        b'{"requests":[{"items":["star"],"beta":NaN}]}',
        b"\xff\xfe" * 1000,
        b'"\\ud800"',
        b'{"requests":[{"items":["\\ud800"]}]}',
        b'{"\\ud800":1}',
        b'{"events":[{"event_id":"\\ud800"}]}',
        b"",
        b"null",
    ],
    ids=lambda body: body[:30].decode("latin-1"),
)
def test_json_that_is_too_deep_too_long_or_none(ask: httpx.Client, path: str, body: bytes) -> None:
    answer = ask.post(path, content=body, headers={"Content-Type": "application/json"})
    check_problem(answer, 400, 413, 422)


def test_a_million_of_them(ask: httpx.Client) -> None:
    body = json.dumps({"events": list(range(1_000_000))}).encode()
    check_problem(ask.post("/v1/feedback", content=body), 413)


@pytest.mark.parametrize(
    "query",
    [
        "item=" + "a" * 60_000,
        "&".join(["item=a"] * 8_000),
        "item=star&" + "&".join(f"x{number}=1" for number in range(6_000)),
        "item=star&" + "&".join(["exclude=a"] * 5_000),
        "item=star&n=" + "9" * 50_000,
        "item=" + "%00" * 10_000,
        "item=%ff%fe",
        "item=%ed%a0%80",
        "item=star&beta=nan",
        "item=star&beta=inf",
        "item=star&lens=1e999",
    ],
    ids=lambda query: query[:24],
)
def test_long_or_odd_questions(ask: httpx.Client, query: str) -> None:
    check_problem(ask.get(f"/v1/similar?{query}"), 400, 404, 414, 422, 431)


def test_a_head_that_is_too_large(shared) -> None:
    for head in (
        b"GET /v1/items?q=" + b"a" * 2**20 + b" HTTP/1.1\r\n",
        b"GET /v1/items HTTP/1.1\r\nX: " + b"a" * 2**20 + b"\r\n",
        b"GET /v1/items HTTP/1.1\r\n" + b"X-More: 1\r\n" * 50_000,
        b"GET /v1/items HTTP/1.1\r\n" + b"a" * 2**20 + b": 1\r\n",
    ):
        status, answer = shared.raw(head + b"Host: localhost\r\nConnection: close\r\n\r\n")
        assert status in (431, 0), answer[:200]
        assert status == 0 or b"application/problem+json" in answer


def test_a_head_over_the_limit_in_pieces_is_told_so(shared) -> None:
    with shared.connect() as line:
        line.sendall(b"GET /v1/items HTTP/1.1\r\nX: ")
        for _ in range(130):
            line.sendall(b"a" * 1024)
        assert line.recv(2**12).startswith(b"HTTP/1.1 431 ")


CHUNKED = f"POST {BATCH} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n".encode()


def answer_to(shared, *packets: bytes) -> bytes:
    """Send packets one after the other; return all that was answered."""
    with shared.connect() as line:
        for packet in packets:
            line.sendall(packet)
            time.sleep(0.02)
        answer = b""
        while piece := line.recv(2**16):
            answer += piece
    return answer


@pytest.mark.parametrize("packets", [1, 2, 10])
def test_a_head_counts_the_same_however_it_arrives(shared, packets: int) -> None:
    start = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: "
    for size, status in ((HEAD, b"200"), (HEAD + 1, b"431")):
        head = start + b"a" * (size - len(start) - 4) + b"\r\n\r\n"
        step = -(-size // packets)
        answer = answer_to(shared, *(head[place : place + step] for place in range(0, size, step)))
        assert answer.startswith(b"HTTP/1.1 " + status), answer[:200]


def test_what_comes_with_the_end_of_a_head_is_not_counted_as_head(shared) -> None:
    start = f"POST {BATCH} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n".encode()
    rest = b"Content-Type: application/json\r\nContent-Length: 70002\r\n\r\n{}" + b" " * 70_000
    assert answer_to(shared, start, rest).startswith(b"HTTP/1.1 422 ")


@pytest.mark.parametrize("rest", [b"2\r\n{}\r\n0\r\nX: ", b"2;x="], ids=["trailer", "chunk extension"])
def test_what_follows_a_body_has_the_limit_of_a_head(shared, rest: bytes) -> None:
    assert answer_to(shared, CHUNKED + rest, b"a" * HEAD).startswith(b"HTTP/1.1 431 ")


def test_a_body_of_broken_chunks_is_refused_at_once(shared) -> None:
    answer = answer_to(shared, CHUNKED, b"no chunk\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize("noise", [b"NONSENSE\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"a" * 3 * HEAD])
def test_what_was_asked_before_is_answered_before_the_connection_ends(shared, noise: bytes) -> None:
    asked = b"GET /v1/evaluation HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for packets in ((asked + noise,), (asked, noise)):
        answer = answer_to(shared, *packets)
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert answer.endswith(b'"}')
        assert b"HTTP/1.1 4" not in answer
    assert "Traceback" not in shared.text()


@pytest.mark.parametrize(
    "noise",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        b"\0" * 1000,
        b"GET\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET /v1/similar?item=Céu HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(),
    ],
)
def test_what_is_no_http(shared, noise: bytes) -> None:
    status, answer = shared.raw(noise)
    assert status == 400, answer
    assert b"application/problem+json" in answer
    assert b"percent-encoded" in answer
