"""Which models are served, the map of the catalogue, and how good the lists are."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

import orjson
from fastapi import APIRouter, Request, Response

from tigertail.service.http.caching import cacheable, client_has_current, not_modified
from tigertail.service.http.json import to_json
from tigertail.service.http.problems import ServiceError, documented
from tigertail.service.http.schemas import Map, Models
from tigertail.service.serving.context import Context, ContextDependency

LOG: Final = logging.getLogger("tigertail.service")
router = APIRouter(tags=["models"])


@router.get(
    "/v1/models",
    summary="Which models are served",
    response_model=Models,
    responses=documented(401, 429),
)
async def models(context: ContextDependency) -> Response:
    """Describe each: what it was fitted to, its signals, and the options of a query."""
    described = [served.described(role) for role, served in context.models.served().items()]
    return Response(to_json({"models": described}), media_type="application/json")


@router.get(
    "/v1/map",
    summary="The catalogue in two dimensions",
    response_model=Map,
    responses=documented(401, 404, 429, 503),
)
async def catalogue_map(request: Request, context: ContextDependency) -> Response:
    """Return where each item lies by naive CF (`before`) and by the model (`after`); null where it has no data."""
    served = context.served
    tag = served.map_tag()
    if client_has_current(request, tag):
        return not_modified(request, served.version, tag)
    content = await context.queue.get_or_compute(f"{tag} map", lambda: to_json(served.map()))
    return cacheable(request, content, served.version, tag)


@router.get(
    "/v1/evaluation",
    summary="How good the lists are",
    responses=documented(401, 404, 429, 503),
)
async def evaluation(context: ContextDependency) -> Response:
    """Return the report of an evaluation, as `tigertail evaluate --report` wrote it."""
    file = context.settings.evaluation
    try:
        content = await _report(context, file)
    except (OSError, ValueError) as error:
        given = file is not None
        if given:
            LOG.error("the evaluation cannot be read", extra={"problem": str(error)})
        raise ServiceError(
            404,
            "the evaluation of this service cannot be read"
            if given
            else "this service was given no evaluation",
            remedy="make one with: tigertail evaluate DATASET --report FOLDER; "
            "then: tigertail serve MODEL --evaluation FOLDER/report.json",
        ) from None
    return Response(content, media_type="application/json", headers={"Cache-Control": "no-cache"})


async def _report(context: Context, file: Path | None) -> bytes:
    """Return a report, read once for all who ask.

    Raises
    ------
    OSError, ValueError
        If there is none.
    """
    if file is None:
        raise FileNotFoundError
    found = file.stat()

    def read() -> bytes:
        content = file.read_bytes()
        orjson.loads(content)
        return content

    return await context.queue.get_or_compute(f"evaluation {found.st_mtime_ns} {found.st_size}", read)
