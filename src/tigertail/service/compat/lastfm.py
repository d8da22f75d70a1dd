"""Last.fm's web service 2.0, as players ask it for similar artists and tracks.

A missing artist or track is reported as Last.fm does: error 6 with HTTP status 200.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from starlette.types import Scope

from tigertail.service.compat.lastfm_requests import METHODS, LastfmRequest, RefusalError, fields_of, is_json
from tigertail.service.compat.lastfm_schemas import Answer, LastfmError
from tigertail.service.compat.xml import to_xml
from tigertail.service.http import form_body
from tigertail.service.http.caching import cacheable, client_has_current, not_modified
from tigertail.service.http.json import to_json
from tigertail.service.http.parameters import LONGEST
from tigertail.service.http.problems import RETRY, Problem
from tigertail.service.serving.context import Context, ContextDependency
from tigertail.service.serving.served_model import ServedModel

router = APIRouter(tags=["Last.fm"])
PATH: Final = form_body.PATHS[0]  # kept there, since the key may be in a form
_XML: Final = "text/xml"
_JSON: Final = "application/json"
_OPERATION_FAILED: Final = "Operation failed - "
_ERROR_CODES: Final = {
    400: (6, "Invalid parameters - "),
    401: (10, "Invalid API key - "),
    404: (3, "Invalid Method - "),
    405: (3, "Invalid Method - "),
    413: (6, "Invalid parameters - "),
    422: (6, "Invalid parameters - "),
    429: (29, "Rate limit exceeded - "),
    503: (16, "There was a temporary error processing your request. Please try again - "),
}
_FORBIDDEN: Final = 403  # of a missing or invalid key, where the other routes of the service say 401

_PROPERTIES: Final[dict[str, dict[str, Any]]] = {
    "method": {"type": "string", "enum": list(METHODS), "description": "In any case."},
    "artist": {"type": "string", "maxLength": LONGEST, "description": "Its name.", "examples": ["Кино"]},
    "track": {"type": "string", "maxLength": LONGEST, "description": "Its name."},
    "mbid": {
        "type": "string",
        "maxLength": LONGEST,
        "description": "Its MusicBrainz identifier, if it is known.",
    },
    "limit": {"type": "integer", "minimum": 1, "maximum": 10_000, "description": "Longest list."},
    "page": {"type": "integer", "minimum": 1, "maximum": 100, "description": "Of a search or of top tracks."},
    "autocorrect": {"type": "string", "enum": ["0", "1", ""], "description": "1 takes the closest name."},
    "format": {"type": "string", "enum": ["json", "xml", ""], "description": "XML unless it is said."},
    "api_key": {"type": "string", "description": "A key of the service, where it asks for one."},
}
_PARAMETERS: Final = [
    {
        "name": name,
        "in": "query",
        "required": name == "method",
        "description": schema["description"],
        "schema": schema,
    }
    for name, schema in _PROPERTIES.items()
]
_FORM: Final[dict[str, Any]] = {"type": "object", "properties": _PROPERTIES, "required": ["method"]}


def _documented() -> dict[int | str, dict[str, Any]]:
    markup = {_XML: {"schema": {"type": "string"}}}
    refused = {
        400: "Something in the request is no parameter's value, or the method is unknown",
        403: "Missing or invalid API key",
        413: "The form is too large",
        429: "Too many requests",
        503: "The request queue is full",
    }
    failed: dict[int | str, dict[str, Any]] = {
        status: {"description": why, "model": LastfmError, "content": markup}
        for status, why in refused.items()
    }
    found = "The answer; or, where there is no such artist or track, error 6"
    return {200: {"description": found, "content": markup}, **failed}


@router.get(
    f"{PATH}/",
    name="lastfm",
    summary="Ask as Last.fm is asked",
    response_model=Answer,
    responses=_documented(),
    openapi_extra={"parameters": _PARAMETERS},
)
@router.get(PATH, name="lastfm_bare", include_in_schema=False)
async def lastfm(request: Request, context: ContextDependency) -> Response:
    """Answer similar artists and tracks, what is known of an artist, and searches.

    Parameters that are not listed here are ignored; so is `callback`.
    """
    return await _answered(request, context)


@router.post(
    f"{PATH}/",
    name="lastfm_form",
    summary="Ask as Last.fm is asked, in a form",
    response_model=Answer,
    responses=_documented(),
    openapi_extra={"requestBody": {"required": True, "content": {form_body.MEDIA_TYPE: {"schema": _FORM}}}},
)
@router.post(PATH, name="lastfm_form_bare", include_in_schema=False)
async def lastfm_form(request: Request, context: ContextDependency) -> Response:
    """Answer as GET does."""
    return await _answered(request, context)


def format_error(scope: Scope, problem: Problem, retry: int | None = None) -> Response:
    """Format a problem as Last.fm does, in the format that was asked for."""
    code, begins = _ERROR_CODES.get(problem.status, (8, _OPERATION_FAILED))
    status = _FORBIDDEN if code == _ERROR_CODES[401][0] else problem.status
    answer = _refused(scope, status, code, f"{begins}{problem.detail}")
    if retry is not None:
        answer.headers[RETRY] = str(retry)
    return answer


async def _answered(request: Request, context: Context) -> Response:
    try:
        wanted = LastfmRequest.read(fields_of(form_body.fields(request.scope)), context.settings.limits.n)
    except RefusalError as refusal:
        return _refused(request.scope, refusal.status, refusal.code, str(refusal))
    served = context.served
    if client_has_current(request, served.tag):
        return not_modified(request, served.version, served.tag)
    key = hashlib.blake2b(repr(wanted).encode("utf-8", "replace"), digest_size=16).hexdigest()
    content = await context.queue.get_or_compute(
        f"{served.version} lastfm {key}", lambda: _content(served, wanted)
    )
    return cacheable(request, content, served.version, served.tag, _JSON if wanted.json else _XML)


def _content(served: ServedModel, wanted: LastfmRequest) -> bytes:
    """Return the answer, or error 6 where there is none: it depends on the model alone, so it is cached too."""
    try:
        tree = wanted.answer(served)
    except RefusalError as refusal:
        return _failure(refusal.code, str(refusal), wanted.json)
    return to_json(tree) if wanted.json else to_xml(tree)


def _refused(scope: Scope, status: int, code: int, message: str) -> Response:
    json = is_json(form_body.fields(scope))
    headers = {"Cache-Control": "no-store"}
    return Response(_failure(code, message, json), status, headers, _JSON if json else _XML)


def _failure(code: int, message: str, json: bool) -> bytes:
    if json:
        return to_json({"error": code, "message": message, "links": []})
    return to_xml({"error": {"#text": message, "code": code}}, status="failed")
