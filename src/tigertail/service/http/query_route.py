"""Routes that read the query of a URL in one step. FastAPI reads it field by field, which takes many times as long."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar, get_origin, get_type_hints
from urllib.parse import parse_qsl

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError

from tigertail.errors import TigertailError

Query = TypeVar("Query", bound=BaseModel)


class QueryRoute(APIRoute):
    """A route whose endpoint takes ``request``, ``context`` and ``query``, a model of the URL's parameters.

    It is declared, and described by OpenAPI, as any other. What is not in order is left to FastAPI, which says so. So
    are routes without a ``query``, and those that have ``dependencies``, of their own or of their router. Dependencies
    of an application or of ``include_router`` are not seen here: what guards every route is middleware.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        by_fastapi = super().get_route_handler()
        model, endpoint = get_type_hints(self.endpoint).get("query"), self.endpoint
        if model is None or self.dependencies:
            return by_fastapi
        reader = QueryReader(model)

        async def answer(request: Request) -> Response:
            query = reader.read(request.scope["query_string"])
            if query is None:
                return await by_fastapi(request)
            response: Response = await endpoint(
                request=request, context=request.app.state.context, query=query
            )
            return response

        return answer


class QueryReader(Generic[Query]):
    """Reads the query of a URL into a model.

    Parameters
    ----------
    model
        The model: its fields are texts, numbers and lists of them.
    """

    def __init__(self, model: type[Query]) -> None:
        self._model = model
        self._repeated = {
            field.alias or name: get_origin(field.annotation) is list
            for name, field in model.model_fields.items()
        }

    def read(self, query: bytes) -> Query | None:
        """Return the model, of a parameter that is given twice its last value; None where something is wrong."""
        values: dict[str, Any] = {}
        for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
            repeated = self._repeated.get(name)
            if repeated is None:
                return None
            if repeated:
                values.setdefault(name, []).append(value)
            else:
                values[name] = value
        try:
            return self._model.model_validate(values)
        except (ValidationError, TigertailError):
            return None
