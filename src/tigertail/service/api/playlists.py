"""Playlists: a path from one item to another, and radio after some."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from tigertail.model import Answers
from tigertail.model.path import ends_of
from tigertail.model.radio import RadioOrder, seeds_of
from tigertail.service.api.similar import within_limits
from tigertail.service.http.caching import cacheable, client_has_current, not_modified
from tigertail.service.http.json import to_json
from tigertail.service.http.parameters import PathQuery, RadioQuery
from tigertail.service.http.playlists import MEDIA_TYPES, title_of, to_jspf, to_m3u
from tigertail.service.http.problems import documented
from tigertail.service.http.schemas import Playlist
from tigertail.service.serving.context import Context, ContextDependency
from tigertail.service.serving.served_model import ServedModel

router = APIRouter(tags=["playlists"])
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            MEDIA_TYPES["jspf"]: {"schema": {"type": "object"}},
            MEDIA_TYPES["m3u"]: {"schema": {"type": "string"}},
        }
    }
}


@router.get(
    "/v1/path",
    summary="From one item to another, every step near",
    response_model=Playlist,
    responses=_FILES | documented(400, 401, 404, 422, 429, 503),
)
async def path(
    request: Request, context: ContextDependency, query: Annotated[PathQuery, Query()]
) -> Response:
    """List the items of a walk through the lists of the items between; 400 where there is none."""
    within_limits(query, (), context.settings.limits)  # a path has two ends, whatever the limit of seeds

    def walked(served: ServedModel) -> tuple[Answers, tuple[str, ...], str]:
        start, goal, notes = ends_of(served.index, query.start, query.goal)
        names = [served.items[code]["name"] for code in (start, goal)]
        return served.path(start, goal, query.n, query.options()), notes, title_of(names, "to")

    return await _answered(request, context, query, walked)


@router.get(
    "/v1/radio",
    summary="What to play after some items, an artist never twice in a row",
    response_model=Playlist,
    responses=_FILES | documented(400, 401, 404, 422, 429, 503),
)
async def radio(
    request: Request, context: ContextDependency, query: Annotated[RadioQuery, Query()]
) -> Response:
    """List what is like the items, in an order that varies with `variety` and `seed`."""
    query = within_limits(query, query.item, context.settings.limits)

    def drawn(served: ServedModel) -> tuple[Answers, tuple[str, ...], str]:
        seeds, notes = seeds_of(served.index, query.item)
        order = RadioOrder(query.variety, query.explore, query.seed)
        answers = served.radio(seeds.tolist(), query.n, order, query.options())
        return answers, notes, title_of([_name(served, text) for text in query.item], "after")

    return await _answered(request, context, query, drawn)


def _name(served: ServedModel, text: str) -> str:
    """Return the name of the item that a text means; where that is none, the text is an artist's name already."""
    code = served.index.code_or_none(text)
    return text if code is None else str(served.items[code]["name"])


async def _answered(
    request: Request,
    context: Context,
    query: PathQuery | RadioQuery,
    answered: Callable[[ServedModel], tuple[Answers, tuple[str, ...], str]],
) -> Response:
    """Answer in the format that is asked for, from the cache where it was answered before."""
    served = context.served
    if client_has_current(request, served.tag):
        return not_modified(request, served.version, served.tag)
    digest = hashlib.blake2b(to_json(query.model_dump()), digest_size=16).hexdigest()

    def content() -> bytes:
        answers, notes, title = answered(served)
        items, notices = served.playlist_records(answers), [*notes, *answers.notices]
        if query.format == "jspf":
            return to_jspf(title, items, notices)
        if query.format == "m3u":
            return to_m3u(title, items, notices)
        return to_json({"model": served.version, "notices": notices, "items": items})

    found = await context.queue.get_or_compute(f"{served.version} {type(query).__name__} {digest}", content)
    return cacheable(request, found, served.version, served.tag, MEDIA_TYPES[query.format])
