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
from tigertail.service.serving.context import Context, Here, headers_of, not_modified, unchanged, versioned
from tigertail.service.serving.experiment import interleaved
from tigertail.service.serving.served_model import ServedModel

router = APIRouter(tags=["similar"])


@router.get(
    "/v1/similar",
    summary="What someone who likes this should hear next",
    response_model=Similar,
    responses=documented(400, 401, 404, 422, 429, 503),
)
async def similar(request: Request, here: Here, asked: Annotated[SimilarQuery, Query()]) -> Response:
    """Answer from the model in place; the answer holds (ETag) until another model takes its place."""
    check_size(asked, asked.item, here.settings.limits)
    edition = here.edition
    rival = here.rival_of(asked)
    if rival is not None:
        content = await here.desk.do(lambda: to_json(interleaved(edition, rival, asked.item, asked)))
        return Response(content, headers={"Cache-Control": "no-store"}, media_type="application/json")
    if unchanged(request, edition.tag):
        return not_modified(edition)
    return versioned(await answered(here, edition, asked.item, asked), edition)


@router.post(
    "/v1/similar:batch",
    summary="Several questions at once",
    response_model=BatchAnswer,
    responses=documented(400, 401, 413, 422, 429, 503),
)
async def batch(here: Here, body: Batch) -> Response:
    """Answer each question from the model in place, all from one; one that fails does not fail the others."""
    limits = here.settings.limits
    if len(body.requests) > limits.batch:
        raise ServiceError(
            422, f"{len(body.requests)} questions at once", remedy=f"send at most {limits.batch}"
        )
    edition = here.edition
    answers = []
    for one in body.requests:
        try:
            check_size(one, one.items, limits)
            answers.append(await answered(here, edition, one.items, one))
        except TigertailError as error:
            if isinstance(error, ServiceError) and error.retry is not None:
                raise
            answers.append(to_json({"error": problem_of(error).model_dump(exclude_none=True)}))
    content = b'{"model":%b,"answers":[%b]}' % (to_json(edition.version), b",".join(answers))
    return Response(content, headers=headers_of(edition), media_type="application/json")


async def answered(here: Context, edition: ServedModel, items: list[str], asked: Question) -> bytes:
    """Return an edition's answer, from memory where it was given before."""
    key = f"{edition.version} {asked.key(items)}"
    return await here.desk.answer(key, lambda: to_json(answer_of(edition, items, asked)))


def answer_of(edition: ServedModel, items: list[str], asked: Question) -> dict[str, Any]:
    """Return an edition's answer."""
    seeds = [edition.find(item) for item in items]
    answers = edition.answer(seeds, asked.n, asked.options(), why=asked.why)
    return {
        "model": edition.version,
        "seeds": [edition.cards[seed] for seed in seeds],
        "notices": list(answers.notices),
        "items": edition.shown(answers),
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
