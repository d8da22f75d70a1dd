"""The parameters of requests over HTTP, checked before a model gets them.

The numbers here are the largest that any configuration allows. Where
:class:`tigertail.service.http.settings.Limits` allows less, the OpenAPI document says so, but
for the requests in a batch (:mod:`tigertail.service.http.openapi`).
"""

from __future__ import annotations

import hashlib
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    create_model,
    model_validator,
)
from pydantic.config import JsonDict
from starlette.requests import Request

from tigertail import columns as c
from tigertail.feedback.events import MAX_RANK
from tigertail.model.query_options import QueryOption, QueryOptions, query_options
from tigertail.service.http.json import to_json
from tigertail.service.http.problems import ServiceError

LONGEST: Final = 300  # characters of an id or name
MAX_VALUES: Final = 200  # values of an option that takes several


def _sound(text: str) -> str:
    if "\0" in text:
        raise ValueError("a text with a null character")
    return text


_SOUND: Final[JsonDict] = {"pattern": "^[^\\x00]*$"}
Text = Annotated[
    str, Field(min_length=1, max_length=LONGEST, json_schema_extra=_SOUND), AfterValidator(_sound)
]
Short = Annotated[str, Field(min_length=1, max_length=64, json_schema_extra=_SOUND), AfterValidator(_sound)]


def no_url_parameters(request: Request) -> None:
    """Refuse parameters in the URL of a request whose body holds them.

    Raises
    ------
    ServiceError
        If there is one.
    """
    if name := next(iter(request.query_params), ""):
        raise ServiceError(422, f"parameter '{name}' in the URL", remedy="send it in the body")


def whole(value: object) -> object:
    """Take 20.0 for 20, as JSON does: it has one kind of number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class Parameters(BaseModel):
    """Parameters of a request; an unknown one is refused, with the closest there is."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _known(cls, values: Any) -> Any:
        known = [field.alias or name for name, field in cls.model_fields.items()]
        if unknown := [name for name in values if name not in known] if isinstance(values, dict) else []:
            # A key of JSON may have any length, and half of a surrogate pair.
            name = unknown[0][:LONGEST].encode("utf-8", "backslashreplace").decode()
            close = get_close_matches(name, known, n=1)
            raise ServiceError(
                422,
                f"unknown parameter '{name}'",
                remedy=f"did you mean '{close[0]}'?" if close else f"the parameters are {', '.join(known)}",
                suggestions=close,
            )
        return values


class _HasQueryOptions(Parameters):
    """The options of a query. What is left out stays as the model has it."""

    def options(self) -> QueryOptions:
        """Return them as a model takes them."""
        return QueryOptions(**{option.name: getattr(self, option.name) for option in query_options()})


def _field(option: QueryOption) -> tuple[Any, Any]:
    """Return the type and the field of an option, with the limits of HTTP."""
    kind: Any = Literal[option.choices] if option.choices else Text if option.repeated else Short
    if option.repeated:
        return Annotated[list[kind], Field(max_length=MAX_VALUES)], Field(
            [], alias=option.parameter, description=option.help
        )
    if option.type is not str:
        kind = Annotated[option.type, Field(ge=option.minimum, le=option.maximum), BeforeValidator(whole)]
    return kind | None, Field(None, alias=option.parameter, description=option.help)


if TYPE_CHECKING:
    HasQueryOptions = _HasQueryOptions
else:
    HasQueryOptions = create_model(
        "HasQueryOptions",
        __base__=_HasQueryOptions,
        __doc__=_HasQueryOptions.__doc__,
        **{option.name: _field(option) for option in query_options()},
    )


class ListRequest(HasQueryOptions):
    """The options of a query, and how long its list may be."""

    n: Annotated[int, BeforeValidator(whole)] = Field(20, ge=0, le=MAX_RANK, description="How many to list.")
    why: bool = Field(False, description="Say why each answer is listed.")

    @property
    def options_key(self) -> bytes:
        """What two requests have in common that differ at most in their items, and in a listener.

        Lists that are interleaved for a listener are not cached; nothing else depends on who asks.
        """
        return to_json(self.model_dump(exclude={"listener", "item", "items"}))

    def key(self, seeds: list[str]) -> str:
        """Return a digest of the request: the key of its answer in the cache."""
        return hashlib.blake2b(self.options_key + to_json(seeds), digest_size=16).hexdigest()


class SimilarQuery(ListRequest):
    """A request in a URL."""

    item: Annotated[list[Text], Field(min_length=1, max_length=1000)] = Field(
        description="Id, MBID or name; repeat it to ask after several, as of a playlist."
    )
    listener: Short | None = Field(
        None, description="Anonymous id of the listener, if lists are interleaved."
    )


class SimilarRequest(ListRequest):
    """A request in a batch."""

    model_config = ConfigDict(strict=True)

    items: Annotated[list[Text], Field(min_length=1, max_length=1000)]


class Batch(Parameters):
    """Several requests in one."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"requests": [{"items": ["Кино"], "n": 5, "country": "PL"}]}]}
    )

    requests: Annotated[list[SimilarRequest], Field(min_length=1, max_length=1000)]


class Played(Parameters):
    """An item of a history, and how often it was played."""

    model_config = ConfigDict(strict=True)

    item: Text = Field(description="Id, MBID or name.")
    plays: float = Field(
        1.0, gt=0, le=float(c.MAX_PLAYS), allow_inf_nan=False, description="How often it was played."
    )


def _as_played(entry: object) -> object:
    """Take what is no object for an item played once, so that a fault of any entry is named by its field."""
    return entry if isinstance(entry, dict) else {"item": entry}


Entry = Annotated[Played, BeforeValidator(_as_played, json_schema_input_type=Text | Played)]


class RecommendRequest(HasQueryOptions):
    """What a listener played, and the options of the query."""

    model_config = ConfigDict(
        strict=True,
        json_schema_extra={"examples": [{"history": ["Кино", {"item": "Queen", "plays": 12}], "n": 5}]},
    )

    history: Annotated[list[Entry], Field(min_length=1, max_length=10_000)] = Field(
        description="Items the listener played, each an id, MBID or name, or with the number of plays."
    )
    n: Annotated[int, BeforeValidator(whole)] = Field(20, ge=0, le=MAX_RANK, description="How many to list.")
    include_known: bool = Field(False, description="List the items of the history too.")


Format = Literal["json", "jspf", "m3u"]
_FORMAT: Final = "json; or a playlist: jspf, or m3u of MusicBrainz addresses, ./NAME where they are unknown."


class PathQuery(HasQueryOptions):
    """The ends of a path."""

    start: Text = Field(
        alias="from", description="Where it starts: id, MBID or name, of tracks also that of their artist."
    )
    goal: Text = Field(
        alias="to", description="Where it ends: id, MBID or name, of tracks also that of their artist."
    )
    n: int | None = Field(
        None,
        ge=2,
        le=MAX_RANK,
        description="How many items, both ends included; by default as many as it needs.",
    )
    format: Format = Field("json", description=_FORMAT)


class RadioQuery(HasQueryOptions):
    """What radio starts from, and how it is ordered."""

    item: Annotated[list[Text], Field(min_length=1, max_length=1000)] = Field(
        description="Id, MBID or name, of tracks also that of their artist; repeat it to start from several."
    )
    n: int = Field(50, ge=0, le=MAX_RANK, description="How many to list.")
    variety: float = Field(0.3, ge=0, le=1, description="0 lists the closest first; 1 varies most.")
    explore: float = Field(
        0.1,
        ge=0,
        le=1,
        description="Share of the list that is drawn from tail and cold items; set it to 0 where you name strata.",
    )
    seed: int = Field(0, ge=0, lt=2**32, description="Of the random order: the same seed lists the same.")
    format: Format = Field("json", description=_FORMAT)


class ItemsQuery(Parameters):
    """A search as you type."""

    q: Annotated[str, Field(max_length=LONGEST, json_schema_extra=_SOUND), AfterValidator(_sound)] = Field(
        "", description="What has been typed so far; nothing lists those with most listeners."
    )
    n: int = Field(10, ge=1, le=100, description="How many to list.")


# A cursor is the version of the model and the place of the page's first item.
class NeighboursQuery(HasQueryOptions):
    """A page of all lists."""

    top: int = Field(20, ge=1, le=200, description="How many to list for each.")
    limit: int = Field(50, ge=1, le=200, description="Items per page.")
    cursor: Annotated[str, Field(max_length=64, pattern=r"^\w+\.[0-9]{1,12}$")] | None = Field(
        None, description="The page's `next`."
    )
