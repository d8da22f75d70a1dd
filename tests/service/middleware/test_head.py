import pytest


@pytest.mark.parametrize(
    "path",
    [
        "/health/live",
        "/health/ready",
        "/v1/models",
        "/v1/similar?item=star",
        "/nowhere",
        "/v1/similar?n=x",
        "/",
    ],
)
def test_head_is_get_without_its_body(client, path) -> None:
    asked, headers = client.head(path), client.get(path)
    assert asked.status_code == headers.status_code
    assert asked.content == b""
    for name in ("content-type", "content-length", "etag", "cache-control"):
        assert asked.headers.get(name) == headers.headers.get(name), name


def test_head_needs_the_key_that_get_needs(serve) -> None:
    assert serve(keys={"radio": "0" * 64}).head("/v1/models").status_code == 401


def test_head_that_is_refused_has_no_body(client) -> None:
    refused = {"content-length": str(10**9)}
    assert client.head("/v1/models", headers=refused).status_code == 413
    assert client.head("/v1/models", headers=refused).content == b""


@pytest.mark.parametrize("path", ["/", "/explorer/index.html", "/v1/models"])
@pytest.mark.parametrize("asked", ["bytes=0-3", "bytes=5-1", "x"])
def test_every_answer_is_whole(client, path, asked) -> None:
    answer = client.get(path, headers={"range": asked})
    assert (answer.status_code, answer.content) == (200, client.get(path).content)


def test_head_where_there_is_no_get(client) -> None:
    assert client.head("/v1/feedback").status_code == client.get("/v1/feedback").status_code
