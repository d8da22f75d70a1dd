"""Errors over HTTP: application/problem+json (RFC 9457), with the problem and the remedy of the error."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route
from starlette.types import Scope

from tigertail.errors import ConfigError, DataError, TigertailError, UnknownItemError
from tigertail.feedback.events import EventConflictError
from tigertail.service.http.json import to_json

MEDIA_TYPE: Final = "application/problem+json"
RETRY: Final = "Retry-After"
LOOK_UP: Final = "look the item up with /v1/items?q=NAME"


_OF_BODIES: Final = {
    408: "send less, or faster",
    413: "send less at a time",
}  # remedies of what limits a body


class Problem(BaseModel):
    """What is wrong with a request, and what to do about it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    remedy: str = ""
    suggestions: list[str] | None = None


class ServiceError(TigertailError):
    """An error of the service itself.

    Parameters
    ----------
    status
        The HTTP status.
    problem, remedy
        As of any error.
    retry
        Seconds after which to try again.
    suggestions
        What may be meant instead.
    """

    def __init__(
        self,
        status: int,
        problem: str,
        *,
        remedy: str = "",
        retry: int | None = None,
        suggestions: list[str] | None = None,
    ) -> None:
        super().__init__(problem, remedy=remedy)
        self.status = status
        self.retry = retry
        self.suggestions = suggestions


def problem_of(error: TigertailError) -> Problem:
    """Return the problem of an error, without paths of this machine."""
    status, remedy = _status(error), error.remedy
    suggestions = error.suggestions if isinstance(error, (UnknownItemError, ServiceError)) else None
    if isinstance(error, UnknownItemError) and not suggestions:
        remedy = LOOK_UP
    return Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=error.problem,
        remedy=remedy,
        suggestions=suggestions,
    )


def response(problem: Problem, retry: int | None = None) -> Response:
    """Return a problem as a response."""
    headers = {} if retry is None else {RETRY: str(retry)}
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    content = to_json(problem.model_dump(exclude_none=True))
    return Response(content, problem.status, headers | {"Cache-Control": "no-store"}, MEDIA_TYPE)


ErrorFormat = Callable[[Scope, Problem, int | None], Response]
"""Formats a problem for the clients of some paths, given the request, the problem and seconds to wait."""


def error_response(scope: Scope, problem: Problem, retry: int | None = None) -> Response:
    """Return a problem in the format that clients of the requested path expect."""
    error_formats: tuple[tuple[str, ErrorFormat], ...] = scope["app"].state.error_formats
    for path, error_format in error_formats:
        if scope["path"].startswith(path):
            return error_format(scope, problem, retry)
    return response(problem, retry)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI says of these statuses."""
    content = {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def install(app: FastAPI, error_formats: Iterable[tuple[str, ErrorFormat]] = ()) -> None:
    """Make an application answer every error as a problem; those that it does not expect are the access log's.

    Parameters
    ----------
    app
        The app.
    error_formats
        Prefixes of paths whose clients need another format, and the format.
    """
    app.state.error_formats = tuple(error_formats)

    @app.exception_handler(TigertailError)
    async def ours(request: Request, error: TigertailError) -> Response:
        return error_response(request.scope, problem_of(error), _retry(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
        others = f" (and {len(error.errors()) - 1} more)" if len(error.errors()) > 1 else ""
        detail = f"{where}: {first['msg']}{others}"
        remedy = "see /docs for the parameters of each request"
        if first["loc"] == ("body",) and "json" not in request.headers.get("content-type", ""):
            remedy = "send it as JSON, with the header Content-Type: application/json"
        return error_response(request.scope, _plain(422, detail, remedy))

    @app.exception_handler(HTTPException)
    async def plain(request: Request, error: HTTPException) -> Response:
        remedy = _OF_BODIES.get(error.status_code, "see /docs for what can be asked")
        problem = _plain(error.status_code, str(error.detail), remedy)
        answer = error_response(request.scope, problem)
        answer.headers.update(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and (allowed := _allowed(request)):
            answer.headers["Allow"] = ", ".join(sorted(allowed))
        return answer


def _allowed(request: Request) -> set[str]:
    """Return the methods of a path; Starlette names those of the first route with that path alone."""
    methods: set[str] = set()
    for included in request.app.router.routes:
        # What FastAPI keeps for an included router has it as this, which is no part of its public API.
        router = getattr(included, "original_router", None)
        for route in [included] if router is None else router.routes:
            if isinstance(route, Route) and route.matches(request.scope)[0] != Match.NONE:
                methods |= route.methods or set()
    return methods


def _plain(status: int, detail: str, remedy: str) -> Problem:
    return Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, remedy=remedy)


def _status(error: TigertailError) -> int:
    if isinstance(error, ServiceError):
        return error.status
    if isinstance(error, UnknownItemError):
        return HTTPStatus.NOT_FOUND
    if isinstance(error, EventConflictError):
        return HTTPStatus.CONFLICT
    if isinstance(error, (ConfigError, DataError)):
        return HTTPStatus.BAD_REQUEST
    return HTTPStatus.SERVICE_UNAVAILABLE  # of the model, the store or the machine, not of the request


def _retry(error: TigertailError) -> int | None:
    if isinstance(error, ServiceError):
        return error.retry
    return 1 if _status(error) == HTTPStatus.SERVICE_UNAVAILABLE else None
