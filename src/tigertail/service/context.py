"""What the routes of one worker share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from anyio import to_thread
from fastapi import Depends, Request, Response

from tigertail.errors import TigertailError
from tigertail.feedback.store import FeedbackStore
from tigertail.service.desk import Desk
from tigertail.service.edition import Edition
from tigertail.service.questions import Question
from tigertail.service.settings import Settings
from tigertail.service.shelf import Shelf

CURRENT: Final = "current"
RIVAL: Final = "rival"
MODEL: Final = "X-Tigertail-Model"


@dataclass
class Context:
    """What the routes of one worker share.

    Parameters
    ----------
    settings
        The settings.
    shelf
        The models.
    desk
        Where questions are answered.
    store
        Where what listeners say back is kept; None keeps nothing.
    """

    settings: Settings
    shelf: Shelf
    desk: Desk
    store: FeedbackStore | None = None

    @property
    def edition(self) -> Edition:
        """The model to answer from: taken once a request, and held on to."""
        return self.shelf[CURRENT]

    def rival_of(self, asked: Question) -> Edition | None:
        """Return the model whose answers are to be interleaved; None where one model answers alone."""
        return self.shelf.get(RIVAL) if asked.listener is not None and asked.signal is None else None

    async def feedback_health(self) -> str:
        """Say whether what listeners say back can be kept."""
        if self.store is None:
            return "none is kept"
        try:
            await to_thread.run_sync(self.store.ping)
        except TigertailError as error:
            return error.problem
        return "kept"


async def _context(request: Request) -> Context:  # a plain function would be sent to a thread
    found: Context = request.app.state.context
    return found


Here = Annotated[Context, Depends(_context)]


def tag(version: str) -> str:
    """Return the ETag of everything a version answers: the same question, the same bytes."""
    return f'"{version}"'


def unchanged(request: Request, version: str) -> bool:
    """Say whether the client has the answer of this version already."""
    asked = request.headers.get("if-none-match", "")
    return any(one.strip().removeprefix("W/") in (tag(version), "*") for one in asked.split(","))


def versioned(request: Request, content: bytes, version: str) -> Response:
    """Return an answer that holds for as long as the model does."""
    return Response(content, headers=headers_of(version), media_type="application/json")


def not_modified(version: str) -> Response:
    """Say that the client has the answer already."""
    return Response(status_code=304, headers=headers_of(version))


def headers_of(version: str) -> dict[str, str]:
    """Return the headers by which an answer is kept and asked after."""
    return {
        "ETag": tag(version),
        MODEL: version,
        "Cache-Control": "no-cache",
        "Vary": "Accept, Authorization",
    }
