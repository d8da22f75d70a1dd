"""What is secret or private is said nowhere: not in logs, problems, metrics or on the terminal."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

import httpx
import pytest

from tigertail.service.http import logs
from tigertail.service.http.logs import Lines
from tigertail.service.middleware.authentication import digest
from tigertail.service.serving.served_model import ServedModel

KEY = "k3y-that-is-good"
GUESS = "k3y-that-is-not"
PASSWORD = "p4ssw0rd-of-the-base"
LISTENER = "l1stener-nobody-knows"
NAME = "n4me-of-an-item"
EVENT = {
    "event_id": "3vent-of-them",
    "kind": "play",
    "query": NAME,
    "item": NAME,
    "rank": 1,
    "model": "m",
    "list_id": "l1st-they-saw",
    "listener": LISTENER,
}
SECRETS = (KEY, GUESS, PASSWORD, LISTENER, NAME, EVENT["event_id"], EVENT["list_id"], digest(KEY))
PRIVATE = (KEY, GUESS, PASSWORD, digest(KEY))
"""What not even an answer may say, though it was in the question."""


@pytest.fixture(scope="module")
def service(run, original: Path, tmp_path_factory: pytest.TempPathFactory):
    """A service with keys, whose store is at a server that is not there; it says all it can."""
    settings = tmp_path_factory.mktemp("settings") / "service.toml"
    settings.write_text(f'[keys]\nradio = "{digest(KEY)}"\n')
    store = tmp_path_factory.mktemp("store") / f"{PASSWORD}.sqlite"
    return run(
        original,
        "--config",
        str(settings),
        TIGERTAIL_FEEDBACK__STORE=str(store),
        PYTHONASYNCIODEBUG="1",
        PYTHONWARNINGS="default",
    ).ready()


def test_nothing_secret_is_said(service, original: Path) -> None:
    said = []
    with httpx.Client(base_url=service.url) as client:
        for headers in (
            {"Authorization": f"Bearer {KEY}"},
            {"Authorization": f"Bearer {GUESS}"},
            {"X-API-Key": KEY},
            {"X-API-Key": GUESS},
            {"Authorization": f"Basic {KEY}"},
            {"Cookie": KEY, "Referer": f"http://localhost/?api_key={KEY}"},
            {},
        ):
            for path in (
                "/v1/similar?item=star",
                f"/v1/items?q={NAME}",
                f"/v1/items?q=star&api_key={KEY}",
                f"/v1/items?q=star&api_key={GUESS}",
                f"/2.0/?method=artist.getsimilar&artist={NAME}&api_key={KEY}",
                f"/v1/similar?item=star&listener={LISTENER}&n=x",
                "/metrics",
                "/health/ready",
                "/nowhere",
            ):
                answer = client.get(path, headers=headers)
                said.append(answer.text + str(answer.headers))
            for body in (
                {"events": [EVENT]},
                {"events": [EVENT | {"rank": 0}]},
                {"events": [EVENT | {"kind": "like"}]},
            ):
                answer = client.post("/v1/feedback", json=body, headers=headers)
                said.append(answer.text)
            said.append(client.delete(f"/v1/feedback/listeners/{LISTENER}", headers=headers).text)
            said.append(client.post("/2.0/", data={"api_key": KEY, "artist": NAME}, headers=headers).text)
    for secret in PRIVATE:
        assert not [text for text in said if secret in text], secret
    service.raw(f"GARBAGE {KEY} {NAME}\r\n\r\n".encode())
    service.raw(f"GET /?api_key={KEY} HTTP/9.9\r\nAuthorization: Bearer {KEY}\r\n\r\n".encode())
    metrics = httpx.get(f"{service.url}/metrics", headers={"X-API-Key": KEY}).text
    assert "tigertail_requests_total" in metrics
    log = service.text()
    assert log.count('"message":"request"') > 50
    for secret in SECRETS:
        assert secret not in metrics, secret
        assert secret not in log, secret


def test_what_goes_wrong_in_our_own_code_is_told_without_words(serve, capfd, monkeypatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError(f"{NAME} {KEY}") from ValueError(PASSWORD)

    monkeypatch.setattr(ServedModel, "search", broken)
    client = serve()
    kept = logging.getLogger().handlers[:], logging.getLogger().level
    try:
        logs.set_up(logging.DEBUG)
        answer = client.get(f"/v1/items?q={NAME}")
    finally:
        logging.getLogger().handlers[:], _ = kept
        logging.getLogger().setLevel(kept[1])
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"]
    noted = capfd.readouterr().err
    assert "KeyError" in noted
    assert "in broken" in noted, "where it happened is told"
    assert answer.headers["x-request-id"] in noted
    for secret in SECRETS:
        assert secret not in noted
        assert secret not in answer.text
    assert '"status":500' in noted


def test_a_record_without_words_is_still_one() -> None:
    try:
        raise ValueError(KEY)
    except ValueError:
        record = logging.LogRecord("t", logging.ERROR, "f.py", 1, "failed", (), sys.exc_info())
    assert "ValueError" in json.loads(Lines().format(record))["error"]
    assert KEY not in Lines().format(record)


@pytest.mark.parametrize(
    "environment",
    [
        {"TIGERTAIL_FEEDBACK__STORE": f"postgresql://u:{PASSWORD}@127.0.0.1:1/base"},
        {"TIGERTAIL_FEEDBACK__STORE": f"postgresql://u:{PASSWORD}@127.0.0.1:port/base"},
        {"TIGERTAIL_FEEDBACK__STORE": f"mysql://u:{PASSWORD}@127.0.0.1/base"},
        {"TIGERTAIL_FEEDBACK__STORE": f"postgresql+nothing://u:{PASSWORD}@127.0.0.1/base?sslmode={PASSWORD}"},
        {"TIGERTAIL_FEEDBACK__KEEP_DAYS": PASSWORD},
        {"TIGERTAIL_KEYS": f'{{"radio": "{KEY}"}}'},
        {"TIGERTAIL_KEYS": KEY},
    ],
    ids=lambda environment: next(iter(environment)),
)
def test_a_start_that_fails_says_no_secret(refused, original: Path, environment: dict[str, str]) -> None:
    said = refused(original, **environment)
    for secret in SECRETS:
        assert secret not in said
