"""The OpenAPI document says what is so: of odd and of ordinary questions alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.engine import events, from_schema

from tigertail.service.app import create_app
from tigertail.service.http.settings import Settings
from tigertail.service.middleware.authentication import digest

# Whether there is such a country or signal depends on the model: 400 says there is none.
ACCEPTED = ["2xx", "3xx", "400", "401", "404", "409", "429", "503"]


@pytest.fixture
def app(folder: Path) -> Any:
    return create_app(Settings.model_validate({"model": folder, "reload_interval": 3600, "hosts": ["*"]}))


@pytest.fixture
def schema(app: Any) -> Callable[[int], Any]:
    """Reads the document, to be held to it with so many examples an operation."""

    def read(examples: int) -> Any:
        config = SchemathesisConfig.from_dict(
            {
                "seed": 1,
                "continue-on-failure": True,
                "generation": {
                    "mode": "all",
                    "max-examples": examples,
                    "deterministic": True,
                    "database": "none",
                },
                "checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}},
            }
        )
        return schemathesis.openapi.from_asgi("/openapi.json", app, config=config)

    return read


@pytest.mark.parametrize("examples", [3, pytest.param(200, marks=pytest.mark.slow)])
def test_nothing_is_found(schema, examples: int) -> None:
    found, asked, checks = {}, 0, set()
    for event in from_schema(schema(examples)).execute():
        assert not isinstance(event, (events.FatalError, events.NonFatalError)), event
        if isinstance(event, events.ScenarioFinished):
            asked += len(event.recorder.cases)
            for check in (one for several in event.recorder.checks.values() for one in several):
                checks.add(check.name)
                if check.failure_info is not None:
                    failure = check.failure_info.failure
                    found[event.recorder.label, failure.title, failure.message] = (
                        check.failure_info.code_sample
                    )
    assert found == {}
    assert asked > 300
    assert checks >= {
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
        "positive_data_acceptance",
        "unsupported_method",
    }


OPTIONS = "signal=listening&beta=0.5&country=PL&lens=0.5&kind=artist&stratum=head&stratum=mid&exclude=p2"
EVENT = {
    "event_id": "e1",
    "kind": "play",
    "query": "star",
    "item": "p1",
    "rank": 1,
    "model": "m",
    "list_id": "l",
    "listener": "u",
}


@pytest.mark.parametrize(
    ("path", "question", "status"),
    [
        ("/v1/similar", "item=star&why=true", 200),
        ("/v1/similar", "item=star&item=p1&signal=cosine&n=3", 200),
        ("/v1/similar", f"item=star&why=true&{OPTIONS}", 200),
        ("/v1/similar", "item=nobody", 404),
        ("/v1/similar", "item=star&country=Atlantis", 400),
        ("/v1/similar", "item=star&n=501", 422),
        ("/v1/similar", "", 422),
        ("/v1/items", "q=quen", 200),
        ("/v1/items", "q=", 200),
        ("/v1/items/{item}", "star", 200),
        ("/v1/items/{item}", "nobody", 404),
        ("/v1/neighbours", "top=3&limit=2", 200),
        ("/v1/neighbours", "cursor=000000000000.2", 409),
        ("/2.0/", "method=artist.getSimilar&artist=Queen&format=json", 200),
        ("/similar-artists/json", "artist_mbids=00000000-0000-4000-8000-000000000001&algorithm=any", 200),
        ("/v1/models", "", 200),
        ("/v1/map", "", 404),
        ("/v1/evaluation", "", 404),
        ("/health/ready", "", 200),
        ("/health/live", "", 200),
        ("/metrics", "", 200),
    ],
)
def test_ordinary_questions(app: Any, schema, path: str, question: str, status: int) -> None:
    with TestClient(app) as client:
        url = path.replace("{item}", question) if "{" in path else f"{path}?{question}"
        answer = client.get(url)
        assert answer.status_code == status, answer.text
        schema(1)[path]["GET"].validate_response(answer)
        if etag := answer.headers.get("etag"):
            unchanged = client.get(url, headers={"If-None-Match": etag})
            assert (unchanged.status_code, unchanged.content) == (304, b"")
            assert {"200", "304"} <= app.openapi()["paths"][path]["get"]["responses"].keys()
            schema(1)[path]["GET"].validate_response(unchanged)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/similar:batch", {"requests": [{"items": ["star"], "why": True}, {"items": ["nobody"]}]}, 200),
        ("/v1/similar:batch", {"requests": [{"items": ["star"]}] * 101}, 422),
        ("/v1/recommend", {"history": ["star", {"item": "p1", "plays": 2}], "n": 3}, 200),
        ("/v1/recommend", {"history": ["nobody"]}, 404),
        ("/v1/recommend", {"history": []}, 422),
        ("/v1/feedback", {"events": [EVENT]}, 200),
        ("/v1/feedback", {"events": [EVENT, EVENT | {"kind": "skip"}]}, 409),
    ],
)
def test_what_is_sent(app: Any, schema, path: str, body: Any, status: int) -> None:
    with TestClient(app) as client:
        answer = client.post(path, json=body)
        assert answer.status_code == status, answer.text
        schema(1)[path]["POST"].validate_response(answer)


def test_whoever_may_not_ask(folder: Path) -> None:
    limits = {"rate": 0.01, "burst": 1}
    app = create_app(
        Settings.model_validate(
            {"model": folder, "reload_interval": 3600, "keys": {"radio": digest("k")}, "limits": limits}
        )
    )
    with TestClient(app, base_url="http://localhost") as client:
        document = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
        operation = document["/v1/similar"]["GET"]
        for headers, status in (({}, 401), ({}, 429), ({"Host": "elsewhere"}, 421)):
            answer = client.get("/v1/similar?item=star", headers=headers)
            assert answer.status_code == status
            operation.validate_response(answer)


@pytest.mark.parametrize(
    ("path", "question"),
    [
        ("/v1/similar", "item=star"),
        ("/2.0/", "method=artist.getInfo&artist=star"),
        ("/2.0/", "method=artist.getInfo&artist=star&format=json"),
        ("/similar-artists/json", "artist_mbids=00000000-0000-4000-8000-000000000001&algorithm=any"),
        ("/api/similar_artists", "artist=star"),
    ],
)
def test_errors_of_any_path_have_the_format_of_that_path(folder: Path, path: str, question: str) -> None:
    app = create_app(Settings.model_validate({"model": folder, "reload_interval": 3600}))
    with TestClient(app, base_url="http://localhost") as client:
        document = client.get("/openapi.json").json()
        answer = client.get(f"{path}?{question}", headers={"Host": "elsewhere"})
        assert answer.status_code == 421
        documented = document["paths"][path]["get"]["responses"]["421"]["content"]
        assert answer.headers["content-type"].partition(";")[0] in documented
        schemathesis.openapi.from_dict(document)[path]["GET"].validate_response(answer)


def test_an_answer_with_more_than_is_documented_would_be_found(app: Any, schema) -> None:
    with TestClient(app) as client:
        answer = client.get("/v1/similar?item=star")
        answer._content = answer.content.replace(b'"rank"', b'"place"')
        with pytest.raises(FailureGroup) as failures:
            schema(1)["/v1/similar"]["GET"].validate_response(answer)
    assert any("'place' was unexpected" in str(failure) for failure in failures.value.exceptions)
