"""What someone who likes an item, or several, should hear next."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from tigertail.errors import TigertailError
from tigertail.service.http.json import to_json
from tigertail.service.http.parameters import Batch, Question, SimilarQuery
from tigertail.service.http.problems import ServiceError, documented, problem_of
from tigertail.service.http.schemas import BatchAnswer, Similar
from tigertail.service.http.settings import Limits
from tigertail.service.serving.context import (
    Context,
    ContextDependency,
    headers_of,
    not_modified,
    unchanged,
    versioned,
)
from tigertail.service.serving.interleaved_answer import interleaved_answer
from tigertail.service.serving.served_model import ServedModel

router = APIRouter(tags=["similar"])


@router.get(
    "/v1/similar",
    summary="What someone who likes this should hear next",
    response_model=Similar,
    responses=documented(400, 401, 404, 422, 429, 503),
)
async def similar(
    request: Request, context: ContextDependency, asked: Annotated[SimilarQuery, Query()]
) -> Response:
    """Answer from the model in place; the answer holds (ETag) until another model takes its place."""
    check_size(asked, asked.item, context.settings.limits)
    served = context.served
    challenger = context.challenger_of(asked)
    if challenger is not None:
        content = await context.queue.do(
            lambda: to_json(interleaved_answer(served, challenger, asked.item, asked))
        )
        return Response(content, headers={"Cache-Control": "no-store"}, media_type="application/json")
    if unchanged(request, served.tag):
        return not_modified(served)
    return versioned(await answered(context, served, asked.item, asked), served)


@router.post(
    "/v1/similar:batch",
    summary="Several questions at once",
    response_model=BatchAnswer,
    responses=documented(400, 401, 413, 422, 429, 503),
)
async def batch(context: ContextDependency, body: Batch) -> Response:
    """Answer each question, all from one model; only an overloaded server fails the whole batch."""
    limits = context.settings.limits
    if len(body.requests) > limits.batch:
        raise ServiceError(
            422, f"{len(body.requests)} questions at once", remedy=f"send at most {limits.batch}"
        )
    served = context.served
    answers = []
    for one in body.requests:
        try:
            check_size(one, one.items, limits)
            answers.append(await answered(context, served, one.items, one))
        except TigertailError as error:
            if isinstance(error, ServiceError) and error.retry is not None:
                raise
            answers.append(to_json({"error": problem_of(error).model_dump(exclude_none=True)}))
    content = b'{"model":%b,"answers":[%b]}' % (to_json(served.version), b",".join(answers))
    return Response(content, headers=headers_of(served), media_type="application/json")


async def answered(context: Context, served: ServedModel, items: list[str], asked: Question) -> bytes:
    """Return a served model's answer, from memory where it was given before."""
    key = f"{served.version} {asked.key(items)}"
    return await context.queue.answer(key, lambda: to_json(answer_of(served, items, asked)))


def answer_of(served: ServedModel, items: list[str], asked: Question) -> dict[str, Any]:
    """Return a served model's answer."""
    seeds, notes = served.index.match_all(items)
    answers = served.answer(seeds.tolist(), asked.n, asked.options(), why=asked.why)
    return {
        "model": served.version,
        "seeds": [served.items[seed] for seed in seeds.tolist()],
        "notices": [*notes, *answers.notices],
        "items": served.answer_records(answers),
    }


def check_size(asked: Question, items: list[str], limits: Limits) -> None:
    """Refuse a question that is too large.

    Raises
    ------
    ServiceError
        If it is.
    """
    if asked.n > limits.n:
        raise ServiceError(422, f"a list of {asked.n}", remedy=f"ask for at most {limits.n}")
    if len(items) > limits.seeds:
        raise ServiceError(422, f"{len(items)} items asked about", remedy=f"ask about at most {limits.seeds}")
