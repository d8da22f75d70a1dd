"""ListenBrainz Labs' datasets of similar artists and recordings, asked by MBID.

Any algorithm may be named: the current model answers. An unknown MBID has no rows, as there, and items
without an MBID are not listed, as clients could not tell them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import Field, TypeAdapter, ValidationError
from starlette.types import Scope

from tigertail import columns as c
from tigertail.service.compat.listenbrainz_responses import merged, rows_of
from tigertail.service.compat.listenbrainz_schemas import (
    ALGORITHM,
    MAX_PARTS,
    MBID_PATTERN,
    ArtistRequest,
    LabsError,
    LabsSimilarArtist,
    RecordingRequest,
    SimilarRecording,
)
from tigertail.service.http.caching import cacheable, client_has_current, not_modified
from tigertail.service.http.json import to_json
from tigertail.service.http.problems import RETRY, Problem, ServiceError
from tigertail.service.serving.context import Context, ContextDependency

router = APIRouter(tags=["ListenBrainz Labs"])
ARTISTS: Final = "/similar-artists"
RECORDINGS: Final = "/similar-recordings"
_JSON: Final = "application/json"
_IN_URL: Final = "ask as ?{}=MBID,MBID&algorithm=NAME"
Rows = TypeVar("Rows")

_Artists = Annotated[list[ArtistRequest], Field(min_length=1, max_length=MAX_PARTS)]
_Recordings = Annotated[list[RecordingRequest], Field(min_length=1, max_length=MAX_PARTS)]
_ARTISTS: Final[TypeAdapter[list[ArtistRequest]]] = TypeAdapter(_Artists)
_RECORDINGS: Final[TypeAdapter[list[RecordingRequest]]] = TypeAdapter(_Recordings)


def _documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    why = {
        400: "The request is not as it should be",
        401: "Missing or invalid API key",
        413: "The request is too large",
        429: "Too many requests",
        503: "The request queue is full",
    }
    return {status: {"description": why[status], "model": LabsError} for status in statuses}


def _query(name: str) -> dict[str, Any]:
    """Return what OpenAPI says of a request in a URL."""
    mbids = {"type": "string", "pattern": f"^{MBID_PATTERN}(,{MBID_PATTERN}){{0,{MAX_PARTS - 1}}}$"}
    algorithm = {"type": "string", "minLength": 1}
    parameters = [
        {
            "name": name,
            "in": "query",
            "required": True,
            "description": "With commas between.",
            "schema": mbids,
        },
        {
            "name": "algorithm",
            "in": "query",
            "required": True,
            "description": ALGORITHM,
            "schema": algorithm,
        },
    ]
    return {"parameters": parameters}


def _body(name: str) -> dict[str, Any]:
    """Return what OpenAPI says of a request in a body: one row of several MBIDs, or several rows of one MBID each."""
    mbid = {"type": "string", "format": "uuid", "pattern": f"^{MBID_PATTERN}$"}

    def rows(max_rows: int, mbids: int) -> dict[str, Any]:
        row = {
            "type": "object",
            "properties": {
                name: {"type": "array", "items": mbid, "minItems": 1, "maxItems": mbids},
                "algorithm": {"type": "string", "minLength": 1, "description": ALGORITHM},
            },
            "required": [name, "algorithm"],
        }
        return {"type": "array", "items": row, "minItems": 1, "maxItems": max_rows}

    schema = {"anyOf": [rows(1, MAX_PARTS), rows(MAX_PARTS, 1)]}
    return {"requestBody": {"required": True, "content": {_JSON: {"schema": schema}}}}


@router.get(
    f"{ARTISTS}/json",
    name="labs_artists",
    summary="Artists like artists, by MBID",
    response_model=list[LabsSimilarArtist],
    responses=_documented(400, 401, 429, 503),
    openapi_extra=_query("artist_mbids"),
)
async def artists(request: Request, context: ContextDependency) -> Response:
    """List up to 100 for each MBID, the closest first, each once."""
    asked = _checked(_ARTISTS, [_from_query(request, "artist_mbid")], _IN_URL.format("artist_mbids"))
    return await _answered(request, context, c.ARTIST, [row.artist_mbids for row in asked])


@router.post(
    f"{ARTISTS}/json",
    name="labs_artists_body",
    summary="Artists like artists, by MBID",
    response_model=list[LabsSimilarArtist],
    responses=_documented(400, 401, 413, 429, 503),
    openapi_extra=_body("artist_mbids"),
)
async def artists_body(request: Request, context: ContextDependency) -> Response:
    """List as GET does; `artist_mbid` may hold a lone one."""
    asked = await _from_body(request, _ARTISTS, "artist_mbids")
    return await _answered(request, context, c.ARTIST, [row.artist_mbids for row in asked])


@router.get(
    f"{RECORDINGS}/json",
    name="labs_recordings",
    summary="Recordings like recordings, by MBID",
    response_model=list[SimilarRecording],
    responses=_documented(400, 401, 429, 503),
    openapi_extra=_query("recording_mbids"),
)
async def recordings(request: Request, context: ContextDependency) -> Response:
    """List up to 100 for each MBID, the closest first, each once."""
    asked = _checked(_RECORDINGS, [_from_query(request, "recording_mbid")], _IN_URL.format("recording_mbids"))
    return await _answered(request, context, c.TRACK, [row.recording_mbids for row in asked])


@router.post(
    f"{RECORDINGS}/json",
    name="labs_recordings_body",
    summary="Recordings like recordings, by MBID",
    response_model=list[SimilarRecording],
    responses=_documented(400, 401, 413, 429, 503),
    openapi_extra=_body("recording_mbids"),
)
async def recordings_body(request: Request, context: ContextDependency) -> Response:
    """List as GET does; `recording_mbid` may hold a lone one."""
    asked = await _from_body(request, _RECORDINGS, "recording_mbids")
    return await _answered(request, context, c.TRACK, [row.recording_mbids for row in asked])


def format_error(scope: Scope, problem: Problem, retry: int | None = None) -> Response:
    """Format a problem as ListenBrainz does."""
    headers = {"Cache-Control": "no-store"} | ({} if retry is None else {RETRY: str(retry)})
    detail = problem.detail + (f"; {problem.remedy}" if problem.remedy else "")
    return Response(to_json({"code": problem.status, "error": detail}), problem.status, headers, _JSON)


async def _answered(request: Request, context: Context, kind: str, rows: list[list[UUID]]) -> Response:
    if len(rows) > 1 and any(len(row) > 1 for row in rows):
        raise ServiceError(
            400,
            "several requests about several MBIDs",
            remedy=f"put all MBIDs into one, {MAX_PARTS} at most",
        )
    distinct = list(dict.fromkeys(str(mbid) for row in rows for mbid in row))
    if len(distinct) > context.settings.limits.seeds:
        raise ServiceError(
            400, f"{len(distinct)} MBIDs", remedy=f"ask about at most {context.settings.limits.seeds}"
        )
    served = context.served
    if client_has_current(request, served.tag):
        return not_modified(request, served.version, served.tag)
    lists = []
    for mbid in distinct:

        def listed(mbid: str = mbid) -> bytes:
            return to_json(rows_of(served, kind, mbid))

        lists.append(await context.queue.get_or_compute(f"{served.version} labs {kind} {mbid}", listed))
    content = lists[0]
    if len(lists) > 1:
        content = await context.queue.get_or_compute(
            f"{served.version} labs {kind} {' '.join(distinct)}",
            lambda: to_json(merged(served, lists, kind, distinct)),
        )
    return cacheable(request, content, served.version, served.tag, _JSON)


def _from_query(request: Request, name: str) -> dict[str, Any]:
    given = request.query_params
    texts = given.getlist(f"{name}s") + given.getlist(name)
    mbids = [one.strip() for text in texts for one in text.split(",")]
    return {f"{name}s": mbids, "algorithm": given.get("algorithm")}


async def _from_body(request: Request, adapter: TypeAdapter[Rows], name: str) -> Rows:
    remedy = f'send a list, as [{{"{name}": ["..."], "algorithm": "..."}}]'
    try:
        rows = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise ServiceError(400, f"the body is no JSON ({error})", remedy=remedy) from None
    return _checked(adapter, rows, remedy)


def _checked(adapter: TypeAdapter[Rows], rows: Any, remedy: str) -> Rows:
    """Return a request, checked.

    Raises
    ------
    ServiceError
        If it is none.
    """
    try:
        return adapter.validate_python(rows)
    except ValidationError as error:
        first: Mapping[str, Any] = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise ServiceError(400, f"{where}: {first['msg']}", remedy=remedy) from None
