"""What the OpenAPI document says beyond the routes."""

from __future__ import annotations

from tigertail.service.middleware.authentication import digest


def test_it_says_where_a_key_is_needed_and_how_to_send_it(serve) -> None:
    client = serve(keys={"radio": digest("a-key")})
    document = client.get("/openapi.json").json()
    schemes = document["components"]["securitySchemes"]
    assert document["security"] == [{name: []} for name in schemes]
    ways = {
        "http": lambda scheme: {"Authorization": f"{scheme['scheme']} a-key"},
        "apiKey": lambda scheme: {scheme["name"]: "a-key"},
    }
    for scheme in schemes.values():
        assert client.get("/v1/items", headers=ways[scheme["type"]](scheme)).status_code == 200
    public = {
        path
        for path, operations in document["paths"].items()
        for operation in operations.values()
        if operation.get("security") == []
    }
    assert public == {"/health/live", "/health/ready"}


def test_it_says_nothing_of_keys_where_none_is_needed(client) -> None:
    document = client.get("/openapi.json").json()
    assert "security" not in document
    assert "securitySchemes" not in document["components"]
