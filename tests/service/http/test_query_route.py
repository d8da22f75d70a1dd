"""What a URL asks for is read at once, and as FastAPI would read it."""

from __future__ import annotations

from typing import Annotated

import pytest
from fastapi import FastAPI, Query
from fastapi.testclient import TestClient
from pydantic import BaseModel

from tigertail.service.http.parameters import SimilarQuery
from tigertail.service.http.query_route import QueryReader


def by_fastapi(query: str) -> BaseModel | None:
    app, found = FastAPI(), list[BaseModel]()

    @app.get("/")
    async def read(query: Annotated[SimilarQuery, Query()]) -> None:
        found.append(query)

    TestClient(app).get(f"/?{query}")
    return found[0] if found else None


@pytest.mark.parametrize(
    "query",
    [
        "item=Kino",
        "item=Sigur+R%C3%B3s&item=%D0%9A%D0%B8%D0%BD%D0%BE&n=5",
        "item=a&n=20.0&why=true&beta=0.5&character=1",
        "item=a&country=PL&country=DE&lens=.5",
        "item=a&stratum=tail&stratum=cold&kind=artist&exclude=b&exclude=c&exact=1",
        "item=a&listener=somebody&signal=web&disabled_signal=audio",
    ],
)
def test_a_query_in_order_is_read_as_by_fastapi(query: str) -> None:
    read = QueryReader(SimilarQuery).read(query.encode())
    assert read is not None
    assert read == by_fastapi(query)


@pytest.mark.parametrize(
    "query", ["", "n=5", "item=", "item=a&n=five", "item=a&n=-1", "item=a&colour=red", "item=a&country="]
)
def test_what_is_not_in_order_is_left_to_fastapi(query: str) -> None:
    assert QueryReader(SimilarQuery).read(query.encode()) is None
