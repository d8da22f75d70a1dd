"""All lists of a model, a page at a time."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from tigertail import columns as c
from tigertail.service.http.caching import cacheable, client_has_current, not_modified
from tigertail.service.http.json import to_json
from tigertail.service.http.parameters import NeighboursQuery
from tigertail.service.http.problems import ServiceError, documented
from tigertail.service.http.schemas import Page
from tigertail.service.serving.context import ContextDependency
from tigertail.service.serving.served_model import ServedModel

router = APIRouter(tags=["neighbours"])
LISTS_A_TURN: Final = 16  # then other requests have their turn in the queue


@router.get(
    "/v1/neighbours",
    summary="All lists, a page at a time",
    response_model=Page,
    responses=documented(400, 401, 404, 409, 422, 429, 503),
)
async def neighbours(
    request: Request, context: ContextDependency, query: Annotated[NeighboursQuery, Query()]
) -> Response:
    """List the nearest items of the catalogue's items, those with most listeners first.

    Follow `next` to the end. All pages are of one model: when another took its place the next page is refused
    (409), and the first is to be asked for again.
    """
    served = context.served
    if client_has_current(request, served.tag):
        return not_modified(request, served.version, served.tag)
    start = _start(query.cursor, served)
    stop = min(start + query.limit, len(served.items))
    lists: list[dict[str, Any]] = []
    for first in range(start, stop, LISTS_A_TURN):
        codes = range(first, min(first + LISTS_A_TURN, stop))
        lists += await context.queue.run(lambda codes=codes: _lists(served, codes, query))  # type: ignore[misc]
    following = f"{served.version}.{stop}" if stop < len(served.items) else None
    content = to_json({"model": served.version, "neighbours": lists, "next": following})
    return cacheable(request, content, served.version, served.tag)


def _lists(served: ServedModel, codes: range, query: NeighboursQuery) -> list[dict[str, Any]]:
    records = [served.items[code] for code in codes]
    lists: dict[str, list[dict[str, Any]]] = {record["id"]: [] for record in records}
    found = served.neighbours(codes, query.top, query.options())
    for query_id, item, affinity, rank in found.select(
        c.TARGET_ITEM_ID, c.ITEM_ID, c.SCORE, c.RANK
    ).iter_rows():
        short = float(f"{affinity:.7g}")  # digits that a float32 has
        lists[query_id].append({"id": item, "rank": rank, "affinity": short})
    return [{"id": one["id"], "name": one["name"], "items": lists[one["id"]]} for one in records]


def _start(cursor: str | None, served: ServedModel) -> int:
    """Return the code of the first item of a page; codes run from the most popular item down.

    Raises
    ------
    ServiceError
        409 if the cursor is of another model.
    """
    if cursor is None:
        return 0
    version, _, start = cursor.rpartition(".")  # its form was checked with the query
    if version != served.version:
        raise ServiceError(
            409,
            "another model has taken the place of the one these pages are of",
            remedy="start without a cursor",
        )
    return min(int(start), len(served.items))
