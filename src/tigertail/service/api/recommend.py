"""What a listener should hear next, from what they played."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Depends, Response

from tigertail.model.recommend import History
from tigertail.service.api.similar import within_limits
from tigertail.service.http.json import to_json
from tigertail.service.http.parameters import RecommendRequest, no_url_parameters
from tigertail.service.http.problems import ServiceError, documented
from tigertail.service.http.schemas import Recommended
from tigertail.service.http.settings import Limits
from tigertail.service.serving.context import ContextDependency
from tigertail.service.serving.served_model import ServedModel

ENTRIES_PER_SEED: Final = 10
"""A history may have this many times as many entries as the setting ``limits.seeds`` allows seeds."""

router = APIRouter(tags=["recommend"])


@router.post(
    "/v1/recommend",
    summary="What a listener should hear next, from what they played",
    response_model=Recommended,
    responses=documented(400, 401, 404, 413, 422, 429, 503),
    dependencies=[Depends(no_url_parameters)],
)
async def recommend(context: ContextDependency, body: RecommendRequest) -> Response:
    """Answer from the current model; nothing of the history is kept, and no cache may keep the answer."""
    body = _within_limits(body, context.settings.limits)
    served = context.served
    content = await context.queue.run(lambda: to_json(_answer(served, body)))
    return Response(content, headers={"Cache-Control": "no-store"}, media_type="application/json")


def _answer(served: ServedModel, body: RecommendRequest) -> dict[str, Any]:
    history = History.of(served.index, [(entry.item, entry.plays) for entry in body.history])
    answers = served.recommend(history, body.n, body.options(), include_known=body.include_known)
    return {
        "model": served.version,
        "history": [served.items[code] for code in history.items.tolist()],
        "notices": list(answers.notices),
        "items": served.answer_records(answers),
    }


def _within_limits(body: RecommendRequest, limits: Limits) -> RecommendRequest:
    if len(body.history) > (max_entries := limits.seeds * ENTRIES_PER_SEED):
        raise ServiceError(
            422,
            f"a history of {len(body.history)} entries",
            remedy=f"send at most {max_entries}, the most played",
        )
    return within_limits(body, (), limits)
