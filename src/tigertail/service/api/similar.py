"""What someone who likes an item, or several, should hear next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple, TypeVar

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from tigertail.errors import TigertailError
from tigertail.model import Answers
from tigertail.service.http.caching import cacheable, client_has_current, not_modified
from tigertail.service.http.json import to_json
from tigertail.service.http.parameters import (
    Batch,
    ListRequest,
    PathQuery,
    RadioQuery,
    RecommendRequest,
    SimilarQuery,
    SimilarRequest,
    no_url_parameters,
)
from tigertail.service.http.problems import ServiceError, documented, problem_of
from tigertail.service.http.query_route import QueryRoute
from tigertail.service.http.schemas import BatchAnswer, Similar
from tigertail.service.http.settings import Limits
from tigertail.service.serving.context import Context, ContextDependency
from tigertail.service.serving.interleaved_answer import interleaved_answer
from tigertail.service.serving.served_model import ServedModel

Asked = TypeVar("Asked", SimilarQuery, SimilarRequest, RecommendRequest, PathQuery, RadioQuery)

router = APIRouter(tags=["similar"], route_class=QueryRoute)


@router.get(
    "/v1/similar",
    summary="What someone who likes this should hear next",
    response_model=Similar,
    responses=documented(400, 401, 404, 422, 429, 503),
)
async def similar(
    request: Request, context: ContextDependency, query: Annotated[SimilarQuery, Query()]
) -> Response:
    """Answer from the current model; the ETag is valid until another model takes its place.

    A list interleaved for a listener (`listener`) is not cacheable and has no ETag.
    """
    query = within_limits(query, query.item, context.settings.limits)
    served = context.served
    challenger = context.challenger_of(query)
    if challenger is not None:
        content = await context.queue.run(lambda: to_json(interleaved_answer(served, challenger, query)))
        return Response(content, headers={"Cache-Control": "no-store"}, media_type="application/json")
    if client_has_current(request, served.tag):
        return not_modified(request, served.version, served.tag)
    content = await cached_answer(context, served, query.item, query)
    return cacheable(request, content, served.version, served.tag)


@router.post(
    "/v1/similar:batch",
    summary="Several requests in one",
    response_model=BatchAnswer,
    responses=documented(400, 401, 413, 422, 429, 503),
    dependencies=[Depends(no_url_parameters)],
)
async def batch(request: Request, context: ContextDependency, body: Batch) -> Response:
    """Answer each request, all from one model.

    What a model cannot answer, or a limit of one request refuses, is an error in the place of its answer. A body that
    is not valid, or an overloaded server, fails the whole batch.
    """
    limits = context.settings.limits
    if len(body.requests) > limits.batch:
        raise ServiceError(
            422, f"{len(body.requests)} requests in a batch", remedy=f"send at most {limits.batch}"
        )
    served = context.served
    answers = []
    for one in body.requests:  # one after the other: a batch has one place in the queue, like any other call
        try:
            asked = within_limits(one, one.items, limits)
            answers.append(await cached_answer(context, served, asked.items, asked))
        except TigertailError as error:
            if isinstance(error, ServiceError) and error.retry is not None:
                raise
            answers.append(to_json({"error": problem_of(error).model_dump(exclude_none=True)}))
    content = b'{"model":%b,"answers":[%b]}' % (to_json(served.version), b",".join(answers))
    return cacheable(request, content, served.version, served.tag)


async def cached_answer(
    context: Context, served: ServedModel, seeds: list[str], request: ListRequest
) -> bytes:
    """Return a model's answer, from the cache where it was given before."""
    key = f"{served.version} {request.key(seeds)}"
    return await context.queue.get_or_ask(key, PendingQuery(served, seeds, request), answer_all)


class PendingQuery(NamedTuple):
    """A request that waits for its answer.

    Parameters
    ----------
    served
        The model to answer from.
    seeds
        Ids or names of the items of the query.
    request
        The options.
    """

    served: ServedModel
    seeds: list[str]
    request: ListRequest


def answer_all(queries: Sequence[PendingQuery]) -> list[bytes | Exception]:
    """Return the answer to each query, or what is wrong with it; those alike but for their item go together."""
    answers: list[bytes | Exception] = [b""] * len(queries)
    alike: dict[object, list[int]] = {}
    for place, (served, seeds, request) in enumerate(queries):
        single = len(seeds) == 1
        alike.setdefault((id(served), request.options_key) if single else place, []).append(place)
    for places in alike.values():
        try:
            answered: Sequence[bytes | Exception] = _answered([queries[place] for place in places])
        except Exception:  # which query it is, is seen one by one
            answered = [_answered_alone(queries[place]) for place in places]
        for place, answer in zip(places, answered, strict=True):
            answers[place] = answer
    return answers


def _answered_alone(query: PendingQuery) -> bytes | Exception:
    try:
        return _answered([query])[0]
    except Exception as error:
        return error


def _answered(queries: Sequence[PendingQuery]) -> list[bytes]:
    """Return the answers to queries of one model and with the same options, after one item each or of one alone."""
    served, _, request = queries[0]
    matched = [served.index.match_all(seeds) for _, seeds, _ in queries]
    options = request.options()
    if len(queries) == 1:
        codes = matched[0][0].tolist()
        answered = [served.answer(codes, request.n, options, why=request.why)]
    else:
        codes = [int(codes[0]) for codes, _ in matched]
        answered = served.answer_each(codes, request.n, options, why=request.why)
    return [
        to_json(_answer(served, answers, notes))
        for answers, (_, notes) in zip(answered, matched, strict=True)
    ]


def compute_answer(served: ServedModel, seeds: list[str], request: ListRequest) -> dict[str, Any]:
    """Return a model's answer, worked out alone: tests and benchmarks compare it with what is served, byte for byte."""
    codes, notes = served.index.match_all(seeds)
    return _answer(
        served, served.answer(codes.tolist(), request.n, request.options(), why=request.why), notes
    )


def _answer(served: ServedModel, answers: Answers, notes: tuple[str, ...]) -> dict[str, Any]:
    return {
        "model": served.version,
        "seeds": [orjson.Fragment(served.items.json(code)) for code in answers.seeds.tolist()],
        "notices": [*notes, *answers.notices],
        "items": served.answer_json(answers),
    }


def within_limits(query: Asked, seeds: Sequence[str], limits: Limits) -> Asked:
    """Return a query as the limits allow it: where it does not say how many to list, at most as many as they allow.

    Raises
    ------
    ServiceError
        If the list that is asked for, or the number of seeds, is larger than the limits allow.
    """
    if query.n is not None and query.n > limits.n:
        if "n" in query.model_fields_set:
            raise ServiceError(422, f"a list of {query.n}", remedy=f"ask for at most {limits.n}")
        query = query.model_copy(update={"n": limits.n})
    if len(seeds) > limits.seeds:
        raise ServiceError(422, f"{len(seeds)} seeds", remedy=f"send at most {limits.seeds}")
    return query
