"""Finding items by name, and the details of one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from tigertail.errors import UnknownItemError
from tigertail.service.http.caching import cacheable, client_has_current, not_modified
from tigertail.service.http.convertors import REST
from tigertail.service.http.json import to_json
from tigertail.service.http.parameters import LONGEST, ItemsQuery
from tigertail.service.http.problems import documented
from tigertail.service.http.schemas import Details, Found
from tigertail.service.serving.context import ContextDependency

router = APIRouter(tags=["items"])


@router.get(
    "/v1/items",
    summary="Find items by name, as it is typed",
    response_model=Found,
    responses=documented(401, 422, 429, 503),
)
async def items(
    request: Request, context: ContextDependency, query: Annotated[ItemsQuery, Query()]
) -> Response:
    """List the best matches, typing errors forgiven, in any script."""
    served = context.served
    if client_has_current(request, served.tag):
        return not_modified(request, served.version, served.tag)
    key = f"{served.version} items {query.n} {query.q}"

    def found() -> bytes:
        return to_json({"model": served.version, "items": served.search(query.q, query.n)})

    return cacheable(request, await context.queue.get_or_compute(key, found), served.version, served.tag)


@router.get(
    f"/v1/items/{{item:{REST}}}",
    summary="The details of one item",
    response_model=Details,
    responses=documented(401, 404, 422, 429, 503),
)
async def item(
    request: Request,
    context: ContextDependency,
    item: Annotated[str, Path(description="Its id.", max_length=LONGEST)],
) -> Response:
    """Return what the model knows of it.

    Which signals have data about it, and their weights when it is the query; where its listeners are, and what people
    say of it.
    """
    served = context.served
    code = served.index.by_id(item)
    if code is None:
        raise UnknownItemError(f"no item has the id '{item}'")
    if client_has_current(request, served.tag):
        return not_modified(request, served.version, served.tag)
    content = await context.queue.run(lambda: to_json(served.details(code)))
    return cacheable(request, content, served.version, served.tag)
