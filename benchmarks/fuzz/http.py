"""Requests over HTTP: methods, paths, parameters, headers and bodies, for every route of the service.

What must hold: no request is answered with 500 or raises an error; the answer is what its media type says, and as long
as it says; an error is a problem, or what the clients of its path expect; HEAD is GET without the body.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import quote, quote_plus, unquote, urlencode
from xml.etree import ElementTree as ET

import orjson

from tigertail import columns as c
from tigertail.model import load
from tigertail.service.app import create_app
from tigertail.service.compat import lastfm, listenbrainz
from tigertail.service.http.settings import Settings

from .area import Area, FaultError, Outcome
from .texts import Texts
from .world import mbid, odd_model

METHODS: Final = (
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "DELETE",
    "PATCH",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "get",
    "PROPFIND",
)
PATHS: Final = (
    *("/v1/similar", "/v1/similar", "/v1/items", "/v1/items/{}", "/v1/neighbours", "/v1/models", "/v1/map"),
    *("/v1/evaluation", "/v1/similar:batch", "/v1/recommend", "/v1/feedback", "/v1/feedback/listeners/{}"),
    *("/health/live", "/health/ready", "/metrics", "/2.0", "/2.0/", "/2.0/", "/similar-artists/json"),
    "/similar-recordings/json",
    *("/", "/docs", "/openapi.json", "/explorer/{}", "/explorer/index.html", "/static-offline-docs/{}", "/{}"),
)  # fmt: skip
BODIES: Final = (
    "/v1/similar:batch",
    "/v1/recommend",
    "/v1/feedback",
    "/2.0/",
    "/similar-artists/json",
    "/similar-recordings/json",
)
PARAMETERS: Final = (
    *("item", "n", "why", "listener", "q", "top", "limit", "cursor", "signal", "beta", "country", "language", "group"),
    *("lens", "kind", "stratum", "exclude", "item_country", "disabled_signal", "character", "method", "artist"),
    *("mbid", "page", "autocorrect", "format", "api_key", "artist_mbids", "artist_mbid", "recording_mbids"),
    *("track", "algorithm", "itme", "N", "callback", ""),
)  # fmt: skip
_LASTFM: Final = (
    "artist.getSimilar",
    "track.getSimilar",
    "artist.getInfo",
    "artist.getTopTags",
    "artist.search",
)
_VALUES: Final = {
    "n": ("0", "1", "3", "500", "501", "-1", "1.0", "1e9", "٣"),
    "top": ("1", "3", "200", "201"),
    "limit": ("1", "3", "200", "10001"),
    "page": ("1", "2", "100", "101"),
    "why": ("true", "1", "false", "maybe"),
    "signal": ("mixture", "listening", "factors", "cosine", "web"),
    "beta": ("0.5", "0", "2", "nan", "inf", "-1"),
    "lens": ("0.5", "0", "1", "nan"),
    "character": ("0", "0.5", "1"),
    "country": ("PL", "BR", "Poland", "xx"),
    "language": ("pl", "pt-BR", "zz"),
    "kind": ("artist", "track", "song"),
    "stratum": ("head", "mid", "tail"),
    "method": (*_LASTFM, "track.search", "ARTIST.GETSIMILAR", "x.y"),
    "format": ("json", "xml", "JSON", "yaml"),
    "autocorrect": ("0", "1", "2"),
    "algorithm": ("x", ""),
}
_TYPES: Final = (
    *("application/json", "application/json; charset=utf-8", "application/x-www-form-urlencoded", "text/plain"),
    *("multipart/form-data; boundary=x", "application/json;", "", "application/vnd.api+json", "x"),
)  # fmt: skip
_HEADERS: Final = (
    *("accept", "accept-encoding", "authorization", "x-api-key", "if-none-match", "if-modified-since", "range"),
    *("origin", "access-control-request-method", "access-control-request-headers", "cookie", "x-request-id"),
    *("content-length", "transfer-encoding", "expect", "host", "user-agent", "x-forwarded-for", "content-encoding"),
)  # fmt: skip
_HEADER_VALUES: Final = (
    *("*", "gzip", "identity;q=0", "Bearer x", "bearer", "*/*", 'W/"x", "y"', "bytes=0-", "bytes=5-1", "bytes=-0"),
    *("bytes=0-1,3-4,9-", "https://player.example", "null", "GET", "POST, x-y", "0", "-1", "9" * 30, "1e3", "chunked"),
    *("100-continue", "localhost:", "evil.example", "Thu, 01 Jan 1970 00:00:00 GMT", "é", "\x01", "a" * 5000, ""),
)  # fmt: skip


class _Log(logging.Handler):
    """Keeps what the service logs as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        self.records.append(record)


class Http(Area):
    """Requests to the application, without a socket between."""

    name = "http"
    share = 0.04

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        model = odd_model(folder)
        items = load(model).items
        self._items = [*items[c.ITEM_ID], *items[c.NAME], *items[c.MBID].drop_nulls()]
        settings = {"model": model, "reload_interval": 3600, "origins": ["https://player.example"]}
        self._app = create_app(Settings.model_validate(settings))
        self._loop = asyncio.new_event_loop()
        self._log = _Log()
        logger = logging.getLogger("tigertail")
        logger.addHandler(self._log)
        logger.propagate = False

    def attempt(self, random: Random, folder: Path) -> Outcome:
        """Send a request, and sometimes the same one as HEAD."""
        request = _Requests(random, self._items).request()
        (folder / "request.json").write_text(json.dumps(request, default=ascii), "utf-8")
        answer = self._asked(request)
        _check(request, *answer)
        if request["method"] == "GET" and random.random() < 0.2:
            _check_head(answer, self._asked(request | {"method": "HEAD"}))
        status = answer[0]
        if status < 400:
            return Outcome(1)
        outcome = Outcome()
        outcome.rejected[f"status {status}"] += 1
        return outcome

    def _asked(self, request: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        self._log.records.clear()
        answer = self._loop.run_until_complete(_ask(self._app, request))
        for record in self._log.records:
            raise FaultError(f"logged: {record.getMessage()} {logging.Formatter().format(record)[-2000:]}")
        return answer


class _Requests:
    """Makes random requests."""

    def __init__(self, random: Random, items: list[str]) -> None:
        self.random = random
        self._items = items
        self._texts = Texts(random)

    def request(self) -> dict[str, Any]:
        """Return a request, as a server reads it."""
        one = self.random
        body = one.random() < 0.3
        path = one.choice(BODIES if body else PATHS)
        text = self._text(path=True)
        raw = quote(path.replace("{}", text) if one.random() < 0.97 else f"/{text}", safe="/:")
        if one.random() < 0.02:
            raw = self._bytes(raw)
        method = ("POST" if body else "GET") if one.random() < 0.85 else one.choice(METHODS)
        if "listeners" in path and one.random() < 0.7:
            method = "DELETE"
        query = self._query(path) if not body or one.random() < 0.2 else ""
        headers = self._headers()
        content = b""
        if body or one.random() < 0.02:
            content, kind = self._body(path)
            if one.random() < 0.9:
                headers.append((b"content-type", kind.encode("latin-1", "replace")))
        # As uvicorn reads it: ASCII bytes, then unquoted.
        return {
            "method": method,
            "path": unquote(raw),
            "raw": raw,
            "query": query,
            "headers": headers,
            "body": content,
        }

    def _text(self, *, path: bool = False) -> str:
        if self.random.random() < 0.6:
            text = self.random.choice(self._items)
            text = self._texts.changed(text) if self.random.random() < 0.2 else text
        else:
            text = self._texts.name(known=self._items)
        return text if path else text[: self.random.choice((300, 300, 301, 3000))]

    def _bytes(self, text: str) -> str:
        """Return a part of a URL with a few characters changed, as a server lets it pass."""
        for _ in range(self.random.randint(1, 4)):
            place = self.random.randrange(len(text) + 1)
            put = self.random.choice(
                ("%", "%00", "%ff", "%c3", "%ed%a0%80", "..", "//", "%2f", "&", "=", "+", ";", "%0a")
            )
            text = text[:place] + put + text[place + self.random.randint(0, 2) :]
        return text if text.startswith("/") or "=" in text else f"/{text}"

    def _query(self, path: str) -> str:
        one = self.random
        if path.startswith("/2.0"):
            names = [
                "method",
                "artist",
                *one.sample(("track", "mbid", "limit", "page", "autocorrect", "format"), 3),
            ]
        elif path.startswith("/similar-"):
            names = [one.choice(("artist_mbids", "recording_mbids", "artist_mbid")), "algorithm"]
        elif path == "/v1/similar":
            names = ["item"] * one.choice((1, 1, 1, 2, 5)) + one.sample(
                PARAMETERS[:20], one.choice((0, 1, 1, 2, 3))
            )
        elif path == "/v1/items":
            names = ["q", *one.choice(([], ["n"]))]
        elif path == "/v1/neighbours":
            names = ["top", "limit", *one.choice(([], ["cursor"], ["signal"], ["country"]))]
        else:
            names = one.choices(PARAMETERS, k=one.choice((0, 0, 1, 2)))
        if one.random() < 0.1:
            names += one.choices(PARAMETERS, k=2)
        query = urlencode(
            [(name, self._value(name)) for name in names], quote_via=one.choice((quote, quote_plus))
        )
        return self._bytes(query).removeprefix("/") if one.random() < 0.03 else query

    def _value(self, name: str) -> str:
        if name in _VALUES and self.random.random() < 0.85:
            return self.random.choice(_VALUES[name])
        if "mbid" in name and self.random.random() < 0.6:
            return ",".join(mbid(self.random) for _ in range(self.random.choice((1, 2, 101))))
        return self._text()

    def _headers(self) -> list[tuple[bytes, bytes]]:
        found = [(b"host", b"localhost")]
        if self.random.random() < 0.3:
            for _ in range(self.random.randint(1, 3)):
                value = self.random.choice(
                    (*_HEADER_VALUES, self._text()[:300].replace("\n", "").replace("\r", ""))
                )
                value = value.replace("\0", "")  # which no server lets pass, nor line ends
                found.append((self.random.choice(_HEADERS).encode(), value.encode("utf-8")))
        if self.random.random() < 0.1:
            found.append((b"if-none-match", b"*"))
        return found

    def _body(self, path: str) -> tuple[bytes, str]:
        one = self.random
        if path.startswith("/2.0"):
            content, kind = self._query(path).encode(), _TYPES[2]
        else:
            made = self._json(path)
            content, kind = json.dumps(made).encode(), _TYPES[0]
        if one.random() < 0.1:
            kind = one.choice(_TYPES)
        if one.random() < 0.1:
            changed = bytearray(content)
            for _ in range(3):
                place = one.randrange(len(changed) + 1)
                changed[place : place + one.randint(0, 3)] = one.randbytes(one.randint(0, 3))
            content = bytes(changed)
        if one.random() < 0.01:
            content = one.choice(
                (b"[" * 100_000, b'{"a":' * 20_000, b"", b"\xff\xfe", b"a" * 2_000_000, b"1e999", b"NaN")
            )
        return content, kind

    def _json(self, path: str) -> Any:
        one = self.random
        if path == "/v1/similar:batch":
            rows = [
                {"items": [self._any(self._text) for _ in range(one.choice((1, 1, 2)))]}
                for _ in range(one.randint(1, 3))
            ]
            for row in rows:
                for name in one.sample(PARAMETERS, one.choice((0, 0, 1, 2))):
                    row[name] = self._any(lambda name=name: self._value(name))  # type: ignore[misc]
            return {"requests": self._any(lambda: rows)}
        if path == "/v1/recommend":
            entries = [self._any(self._text) for _ in range(one.choice((1, 2, 3)))]
            entries.append({"item": self._any(self._text), "plays": self._any(lambda: one.choice((1, 2.5)))})
            body: dict[str, Any] = {"history": self._any(lambda: entries)}
            for name in one.sample(PARAMETERS, one.choice((0, 0, 1, 2))):
                body[name] = self._any(lambda name=name: self._value(name))  # type: ignore[misc]
            return body
        if path == "/v1/feedback":
            return {"events": self._any(lambda: [self._event() for _ in range(one.randint(1, 3))])}
        name = "artist_mbids" if "artists" in path else "recording_mbids"
        return self._any(
            lambda: [{name: self._any(lambda: [mbid(one)]), "algorithm": self._any(lambda: "x")}]
        )

    def _event(self) -> dict[str, Any]:
        one = self.random
        event: dict[str, Any] = {
            "event_id": one.choice((mbid(one), "e1", self._text())),
            "kind": one.choice(("play", "skip", "shown", "impression", "x")),
            "query": self._text(),
            "item": self._text(),
            "rank": one.choice((1, 2, 1.0, 0, -1, 2**40, "1")),
            "model": "0123456789ab",
            "list_id": "5a1c",
            "listener": self._text()[:64],
            "at": one.choice((None, "2026-05-01T20:15:00Z", "0001-01-01T00:00:00+14:00", "x", 3)),
        }
        for key in one.sample(list(event), one.choice((0, 0, 0, 1, 2))):
            event[key] = self._any(self._text)
        if one.random() < 0.3:
            event["country"] = one.choice(("PL", "pl", "xx", None, ""))
        return event

    def _any(self, ordinary: Callable[[], Any]) -> Any:
        """Return an ordinary value, or now and then any other that JSON has."""
        if self.random.random() < 0.93:
            return ordinary()
        odd = (
            None,
            True,
            0,
            -1,
            1.5,
            10**30,
            1e308,
            float("nan"),
            "",
            "\ud83d",
            "\0",
            [],
            [[]],
            {},
            {"a": []},
            ["x"] * 300,
        )
        return self.random.choice(odd)


async def _ask(app: Any, request: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request["method"],
        "scheme": "http",
        "path": request["path"],
        "raw_path": request["raw"].encode("ascii", "replace"),
        "query_string": request["query"].encode("ascii", "replace"),
        "root_path": "",
        "headers": request["headers"],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
    sent: list[dict[str, Any]] = []
    pieces = [{"type": "http.request", "body": request["body"], "more_body": False}]

    async def receive() -> dict[str, Any]:
        if not pieces:
            await asyncio.Event().wait()  # the client stays
        return pieces.pop()

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:])


def _check(request: dict[str, Any], status: int, headers: dict[str, str], body: bytes) -> None:
    what = f"{request['method']} {request['path']!a}?{request['query']}: {status} {body[:300]!a}"
    if not 200 <= status < 500:
        raise FaultError(what)
    if any(ord(sign) < 32 or ord(sign) == 127 for value in headers.values() for sign in value):
        raise FaultError(f"{what}: a header with a control character: {headers}")
    length = headers.get("content-length")
    if request["method"] != "HEAD" and status != 304 and length is not None and int(length) != len(body):
        raise FaultError(f"{what}: not as long as it says: {headers}")
    if headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    kind = headers.get("content-type", "").partition(";")[0]
    parsed = _parsed(kind, body, what) if request["method"] != "HEAD" else None
    if status >= 400 and request["method"] != "HEAD" and not _is_preflight(request):
        _check_problem(request["path"], status, kind, parsed, what)


def _parsed(kind: str, body: bytes, what: str) -> Any:
    try:
        if kind.endswith("json"):
            return orjson.loads(body)
        return ET.fromstring(body) if kind == "text/xml" else None
    except (ValueError, ET.ParseError) as error:
        raise FaultError(f"{what}: no {kind}: {error}") from None


def _check_problem(path: str, status: int, kind: str, parsed: Any, what: str) -> None:
    """Check that an error has the form that the clients of a path expect."""
    if path.startswith(lastfm.PATH):
        form = (
            parsed.find("error") is not None if kind == "text/xml" else {"error", "message"} <= parsed.keys()
        )
    elif path.startswith((listenbrainz.ARTISTS, listenbrainz.RECORDINGS)):
        form = kind == "application/json" and parsed["code"] == status and bool(parsed["error"])
    else:
        form = kind == "application/problem+json" and parsed["status"] == status and bool(parsed["detail"])
    if not form:
        raise FaultError(f"{what}: {kind} is not the form of an error here")


def _is_preflight(request: dict[str, Any]) -> bool:
    """Return whether a browser asks if a page may ask: what it reads of the answer is the status."""
    names = [name for name, _ in request["headers"]]
    return request["method"] == "OPTIONS" and b"origin" in names and b"access-control-request-method" in names


def _check_head(got: tuple[int, dict[str, str], bytes], head: tuple[int, dict[str, str], bytes]) -> None:
    changing = ("x-request-id", "content-length")  # of the list of counts each answer is another
    for answer in (got, head):
        for name in changing:
            answer[1].pop(name, None)
    if head[2] or got[:2] != head[:2]:
        raise FaultError(f"HEAD {head} is not GET {got[:2]}")
