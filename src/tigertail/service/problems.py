"""Errors over HTTP: application/problem+json (RFC 9457), in the words of the errors they come from."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from tigertail.errors import ConfigError, DataError, TigertailError, UnknownItemError
from tigertail.feedback.events import EventConflictError
from tigertail.service.rendering import to_json

MEDIA_TYPE: Final = "application/problem+json"
RETRY: Final = "Retry-After"


class Problem(BaseModel):
    """What is wrong with a request, and what to do about it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    remedy: str = ""
    suggestions: list[str] | None = None


class ServiceError(TigertailError):
    """Something only the service can find wrong.

    Parameters
    ----------
    status
        The HTTP status.
    problem, remedy
        As of any error.
    retry
        Seconds after which to try again.
    """

    def __init__(self, status: int, problem: str, *, remedy: str = "", retry: int | None = None) -> None:
        super().__init__(problem, remedy=remedy)
        self.status = status
        self.retry = retry


class NoSuchItemError(UnknownItemError):
    """No item has this id or name; these come close."""

    def __init__(self, problem: str, *, remedy: str, suggestions: list[str]) -> None:
        super().__init__(problem, remedy=remedy)
        self.suggestions = suggestions


def problem_of(error: TigertailError) -> Problem:
    """Say what is wrong; a path of this machine is no client's business."""
    status = _status(error)
    suggestions = error.suggestions if isinstance(error, NoSuchItemError) else None
    return Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=error.problem,
        remedy=error.remedy,
        suggestions=suggestions,
    )


def response(problem: Problem, retry: int | None = None) -> Response:
    """Return a problem as a response."""
    headers = {} if retry is None else {RETRY: str(retry)}
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    content = to_json(problem.model_dump(exclude_none=True))
    return Response(content, problem.status, headers | {"Cache-Control": "no-store"}, MEDIA_TYPE)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI says of these statuses."""
    content = {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def install(app: FastAPI) -> None:
    """Let an app answer every error as a problem."""

    @app.exception_handler(TigertailError)
    async def ours(request: Request, error: TigertailError) -> Response:
        return response(problem_of(error), _retry(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
        others = f" (and {len(error.errors()) - 1} more)" if len(error.errors()) > 1 else ""
        return _plain(422, f"{where}: {first['msg']}{others}", "see /docs for what each question takes")

    @app.exception_handler(HTTPException)
    async def plain(request: Request, error: HTTPException) -> Response:
        answer = _plain(error.status_code, str(error.detail), "see /docs for what can be asked")
        answer.headers.update(error.headers or {})
        return answer


def _plain(status: int, detail: str, remedy: str) -> Response:
    return response(Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, remedy=remedy))


def _status(error: TigertailError) -> int:
    if isinstance(error, ServiceError):
        return error.status
    if isinstance(error, UnknownItemError):
        return HTTPStatus.NOT_FOUND
    if isinstance(error, EventConflictError):
        return HTTPStatus.CONFLICT
    if isinstance(error, (ConfigError, DataError)):
        return HTTPStatus.BAD_REQUEST
    return HTTPStatus.SERVICE_UNAVAILABLE


def _retry(error: TigertailError) -> int | None:
    if isinstance(error, ServiceError):
        return error.retry
    return 1 if _status(error) == HTTPStatus.SERVICE_UNAVAILABLE else None
