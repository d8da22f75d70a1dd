"""What the OpenAPI document has beyond the routes: answers that any route may give, limits and keys that are set."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI

from tigertail.service.api.feedback import EVENTS_PER_REQUEST
from tigertail.service.api.recommend import ENTRIES_PER_SEED
from tigertail.service.http.caching import MODEL_HEADER
from tigertail.service.http.problems import RETRY, documented
from tigertail.service.http.settings import Limits, Settings
from tigertail.service.middleware.authentication import is_public

_ANYWHERE: Final = (421, 431, 500)
_BEFORE_ROUTES: Final = 431  # said before the path is known
_WITH_A_BODY: Final = (400, 408, 413)  # a GET or DELETE as documented has none
_LATER: Final = ("429", "503")  # answers that name a time after which to ask again
_KEPT: Final = (
    "/v1/similar",
    "/v1/items",
    "/v1/items/{item}",
    "/v1/neighbours",
    "/v1/map",
    "/v1/path",
    "/v1/radio",
    "/2.0/",
    "/similar-artists/json",
    "/similar-recordings/json",
)
"""Paths whose answers to GET hold as long as the model, and of the map its file too: they have an ETag."""

_KEY: Final = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "The key: `Authorization: Bearer KEY`."},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The key."},
}
"""Where a key may be sent; players send it in other places too."""

Json = dict[str, Any]


def install(app: FastAPI, settings: Settings) -> None:
    """Let an app's document be complete.

    Parameters
    ----------
    app
        The app, with all its routes.
    settings
        What one client may ask, and whether it needs a key.
    """
    plain = app.openapi

    def openapi() -> Json:
        if app.openapi_schema is None:
            document = plain()
            for path, operations in document["paths"].items():
                for method, operation in operations.items():
                    _complete(path, method, operation)
                    if settings.keys and is_public(path):
                        operation["security"] = []
            _limit(document, settings.limits)
            if settings.keys:
                document["components"]["securitySchemes"] = _KEY
                document["security"] = [{name: []} for name in _KEY]
        return app.openapi_schema or plain()

    app.openapi = openapi  # type: ignore[method-assign]


def _complete(path: str, method: str, operation: Json) -> None:
    """Add what every request may be answered."""
    responses: Json = operation["responses"]
    # Each path has one format for all its errors; where it is not ours, the path names 503.
    of_its_path = responses.get("503", {})
    for status, response in documented(*_ANYWHERE, *(_WITH_A_BODY if method == "post" else ())).items():
        if status != _BEFORE_ROUTES and of_its_path:
            response["content"] = of_its_path["content"]
        responses.setdefault(str(status), response)
    for status in _LATER:
        if status in responses:
            wait = {"description": "Seconds after which to ask again.", "schema": {"type": "string"}}
            responses[status].setdefault("headers", {})[RETRY] = wait
    if method == "get" and path in _KEPT:
        headers = {
            "ETag": {
                "description": "Of the model and the request: `If-None-Match` brings 304.",
                "schema": {"type": "string"},
            },
            MODEL_HEADER: {"description": "Version of the model.", "schema": {"type": "string"}},
        }
        responses["200"].setdefault("headers", {}).update(headers)
        responses["304"] = {"description": "The answer has not changed", "headers": headers}


def _limit(document: Json, limits: Limits) -> None:
    """Name the limits that are set where the routes name the largest there may be.

    A request in a batch keeps the largest: beyond a limit that is set, it has an error in the place of its answer, and
    the batch is answered.
    """
    schemas: Json = document["components"]["schemas"]
    _lower(schemas["Batch"]["properties"]["requests"], "maxItems", limits.batch)
    _lower(schemas["Delivery"]["properties"]["events"], "maxItems", limits.batch * EVENTS_PER_REQUEST)
    recommend: Json = schemas["RecommendRequest"]["properties"]
    _lower(recommend["history"], "maxItems", limits.seeds * ENTRIES_PER_SEED)
    _lower_n(recommend["n"], limits)
    _lower(schemas["SimilarRequest"]["properties"]["n"], "default", limits.n)
    for path in ("/v1/similar", "/v1/path", "/v1/radio"):
        for parameter in document["paths"][path]["get"]["parameters"]:
            if parameter["name"] == "n":
                for one in parameter["schema"].get("anyOf", [parameter["schema"]]):
                    if one["type"] == "integer":
                        _lower_n(one, limits)
            elif parameter["name"] == "item":
                _lower(parameter["schema"], "maxItems", limits.seeds)


def _lower_n(schema: Json, limits: Limits) -> None:
    """Lower the length of a list, and what is listed where a request names none."""
    _lower(schema, "maximum", limits.n)
    if "default" in schema:
        _lower(schema, "default", limits.n)


def _lower(schema: Json, bound: str, limit: int) -> None:
    schema[bound] = min(schema[bound], limit)
