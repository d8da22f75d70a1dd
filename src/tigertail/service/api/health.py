"""Whether the service lives, whether it can answer, and its counts."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Response

from tigertail.service.http.json import to_json
from tigertail.service.http.metrics import exposition
from tigertail.service.http.problems import documented
from tigertail.service.http.schemas import Health
from tigertail.service.serving.context import ContextDependency

router = APIRouter(tags=["operation"])
_PLAIN: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/plain": {}}, "description": "Prometheus' text format"}
}


@router.get("/health/live", summary="Whether the process lives", response_model=Health)
async def live() -> Response:
    """Answer as long as the process can."""
    return Response(to_json({"status": "live"}), media_type="application/json")


@router.get("/health/ready", summary="Whether requests can be answered", response_model=Health)
async def ready(context: ContextDependency) -> Response:
    """Return which models answer, whether a newer one was refused, and whether feedback can be kept.

    Lists do not need the feedback store, so the service is ready without it.
    """
    health = {
        "status": "ready",
        "models": {role: served.version for role, served in context.models.served().items()},
        "refused": context.models.refused(),
        "feedback": await context.feedback_health(),
    }
    return Response(to_json(health), media_type="application/json", headers={"Cache-Control": "no-store"})


@router.get(
    "/metrics",
    summary="Counts for Prometheus",
    response_class=Response,
    responses={**_PLAIN, **documented(401, 429)},
)
def metrics() -> Response:
    """Return the counts of all workers together."""
    content, media_type = exposition()
    return Response(content, media_type=media_type)
