"""All lists of a model, a page at a time."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from tigertail import columns as c
from tigertail.service.http.json import to_json
from tigertail.service.http.parameters import NeighboursQuery
from tigertail.service.http.problems import ServiceError, documented
from tigertail.service.http.schemas import Page
from tigertail.service.serving.context import Here, not_modified, unchanged, versioned
from tigertail.service.serving.served_model import ServedModel

router = APIRouter(tags=["neighbours"])
AT_ONCE: Final = 16  # lists made before others have their turn


@router.get(
    "/v1/neighbours",
    summary="All lists, a page at a time",
    response_model=Page,
    responses=documented(400, 401, 404, 409, 422, 429, 503),
)
async def neighbours(request: Request, here: Here, asked: Annotated[NeighboursQuery, Query()]) -> Response:
    """List the nearest items of the catalogue's items, the most heard first.

    Follow `next` to the end. All pages are of one model: when another took its place the next page is refused
    (409), and the first is to be asked for again.
    """
    edition = here.edition
    if unchanged(request, edition.tag):
        return not_modified(edition)
    start = _start(asked.cursor, edition)
    stop = min(start + asked.limit, len(edition.cards))
    lists: list[dict[str, Any]] = []
    for first in range(start, stop, AT_ONCE):
        codes = range(first, min(first + AT_ONCE, stop))
        lists += await here.desk.do(lambda codes=codes: _lists(edition, codes, asked))  # type: ignore[misc]
    following = f"{edition.version}.{stop}" if stop < len(edition.cards) else None
    content = to_json({"model": edition.version, "neighbours": lists, "next": following})
    return versioned(content, edition)


def _lists(edition: ServedModel, codes: range, asked: NeighboursQuery) -> list[dict[str, Any]]:
    cards = [edition.cards[code] for code in codes]
    lists: dict[str, list[dict[str, Any]]] = {card["id"]: [] for card in cards}
    found = edition.neighbours(list(lists), asked.top, asked.options())
    for target, item, score, rank in found.select(c.TARGET_ITEM_ID, c.ITEM_ID, c.SCORE, c.RANK).iter_rows():
        lists[target].append({"id": item, "rank": rank, "affinity": float(f"{score:.7g}")})
    return [{"id": card["id"], "name": card["name"], "items": lists[card["id"]]} for card in cards]


def _start(cursor: str | None, edition: ServedModel) -> int:
    if cursor is None:
        return 0
    version, _, start = cursor.rpartition(".")
    if not start.isascii() or not start.isdecimal() or not version or len(start) > 12:
        raise ServiceError(422, "no such cursor", remedy="send the `next` of the page before")
    if version != edition.version:
        raise ServiceError(
            409,
            "another model has taken the place of the one these pages are of",
            remedy="start without a cursor",
        )
    return min(int(start), len(edition.cards))
