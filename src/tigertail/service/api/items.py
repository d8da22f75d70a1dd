"""Finding items by name, and all there is to say of one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from tigertail.service.http.json import to_json
from tigertail.service.http.parameters import LONGEST, ItemsQuery
from tigertail.service.http.problems import NoSuchItemError, documented
from tigertail.service.http.schemas import Details, Found
from tigertail.service.serving.context import Here, not_modified, unchanged, versioned

router = APIRouter(tags=["items"])


@router.get(
    "/v1/items",
    summary="Find items by name, as it is typed",
    response_model=Found,
    responses=documented(401, 422, 429, 503),
)
async def items(request: Request, here: Here, asked: Annotated[ItemsQuery, Query()]) -> Response:
    """List the best matches, typing errors forgiven, in any script."""
    edition = here.edition
    if unchanged(request, edition.tag):
        return not_modified(edition)
    key = f"{edition.version} items {asked.n} {asked.q}"

    def found() -> bytes:
        return to_json({"model": edition.version, "items": edition.search(asked.q, asked.n)})

    return versioned(await here.desk.answer(key, found), edition)


@router.get(
    "/v1/items/{item:path}",
    summary="All there is to say of one item",
    response_model=Details,
    responses=documented(401, 404, 422, 429, 503),
)
async def item(
    request: Request, here: Here, item: Annotated[str, Path(description="Its id.", max_length=LONGEST)]
) -> Response:
    """Say who knows it, and how much each signal is trusted when it is asked about."""
    edition = here.edition
    if unchanged(request, edition.tag):
        return not_modified(edition)
    code = edition.by_id(item)
    if code is None:
        raise NoSuchItemError(
            f"no item has the id '{item}'", remedy="look it up with /v1/items?q=", suggestions=[]
        )
    content = await here.desk.do(lambda: to_json(edition.details(code)))
    return versioned(content, edition)
