"""What a URL asks for is read in one step, and as FastAPI would read it."""

from __future__ import annotations

from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.testclient import TestClient
from pydantic import BaseModel

from tigertail.service.http.parameters import SimilarQuery
from tigertail.service.http.query_route import QueryReader, QueryRoute


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


def refuse() -> None:
    raise HTTPException(403)


@pytest.mark.parametrize("who", ["route", "router"])
def test_a_dependency_of_a_route_holds_for_a_query_in_order(who: str) -> None:
    of = {one: [Depends(refuse)] if one == who else [] for one in ("route", "router")}
    router = APIRouter(route_class=QueryRoute, dependencies=of["router"])

    @router.get("/", dependencies=of["route"])
    async def answer(
        request: Request,
        context: Annotated[None, Depends(lambda: None)],
        query: Annotated[SimilarQuery, Query()],
    ) -> Response:
        return Response("here it is")

    app = FastAPI()
    app.state.context = None
    app.include_router(router)
    assert TestClient(app).get("/?item=Kino").status_code == 403
