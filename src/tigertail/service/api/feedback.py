"""Feedback: events of listeners."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool
from pydantic.config import JsonDict

from tigertail import columns as c
from tigertail.errors import TigertailError
from tigertail.feedback.events import Event
from tigertail.feedback.retention import erase as erase_listener
from tigertail.service.http import metrics
from tigertail.service.http.convertors import REST
from tigertail.service.http.json import to_json
from tigertail.service.http.parameters import Short, whole
from tigertail.service.http.problems import ServiceError, documented
from tigertail.service.http.schemas import Erased, Taken
from tigertail.service.serving.context import ContextDependency

router = APIRouter(tags=["feedback"])
EVENTS_PER_REQUEST: Final = 10  # for each request that a batch may have (`limits.batch`)
_EXAMPLE: JsonDict = {
    "event_id": "0b0f3f0e-6f0c-4a53-9a3b-0d6f0b1c2d3e",
    "kind": "play",
    "query": "kino",
    "item": "alisa",
    "rank": 1,
    "model": "0123456789ab",
    "list_id": "5a1c",
    "listener": "anonymous-17",
    "country": "PL",
    "at": "2026-05-01T20:15:00Z",
}


def _whole_rank(event: object) -> object:
    if isinstance(event, dict) and c.RANK in event:
        return event | {c.RANK: whole(event[c.RANK])}
    return event


# At most 10,000 events: those of 1,000 requests, the most that `Batch` takes in any configuration.
class Delivery(BaseModel):
    """Events of listeners."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"events": [_EXAMPLE]}]})

    events: Annotated[
        list[Annotated[Event, BeforeValidator(_whole_rank)]], Field(min_length=1, max_length=10_000)
    ]
    consent: StrictBool = Field(
        default=False, description="whether every listener of these events agreed that they are stored"
    )


@router.post(
    "/v1/feedback",
    summary="What listeners were shown and did",
    response_model=Taken,
    responses=documented(400, 401, 403, 409, 413, 422, 429, 503),
)
async def feedback(context: ContextDependency, body: Delivery) -> Response:
    """Keep all events, or none: what is acknowledged is on disk. Send a delivery that failed again, unchanged."""
    if context.settings.feedback.consent and not body.consent:
        metrics.FEEDBACK_EVENTS.labels("refused").inc(len(body.events))
        raise ServiceError(
            403, "events without consent", remedy='ask the listener first, then send "consent": true'
        )
    max_events = context.settings.limits.batch * EVENTS_PER_REQUEST
    if len(body.events) > max_events:
        metrics.FEEDBACK_EVENTS.labels("refused").inc(len(body.events))
        raise ServiceError(422, f"{len(body.events)} events at once", remedy=f"send at most {max_events}")
    try:
        receipt = await context.with_store(lambda store: store.record(body.events))
    except TigertailError:
        metrics.FEEDBACK_EVENTS.labels("refused").inc(len(body.events))
        raise
    metrics.FEEDBACK_EVENTS.labels("accepted").inc(receipt.accepted)
    metrics.FEEDBACK_EVENTS.labels("duplicate").inc(receipt.duplicates)
    return Response(
        to_json({"accepted": receipt.accepted, "duplicates": receipt.duplicates}),
        media_type="application/json",
    )


@router.delete(
    f"/v1/feedback/listeners/{{listener:{REST}}}",
    summary="Forget a listener",
    response_model=Erased,
    responses=documented(401, 422, 429, 503),
)
async def erase(
    context: ContextDependency, listener: Annotated[Short, Path(description="The anonymous id.")]
) -> Response:
    """Erase all events of one listener, for good."""
    erased = await context.with_store(lambda store: erase_listener(store, listener))
    return Response(to_json({"erased": erased}), media_type="application/json")
