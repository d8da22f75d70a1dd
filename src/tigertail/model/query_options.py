"""The options of a query: which signal answers, from where, how adventurous, and what may be listed.

Each is defined here once. The options of the command line, the parameters of HTTP and their OpenAPI document, the
signatures of :class:`tigertail.model.Model`, and the ``options`` of ``/v1/models`` are derived from it. Importing this
module loads no numerical library, so that ``tigertail similar --help`` is quick.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Final, Self, TypeVar, get_args, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic.functional_validators import ModelWrapValidatorHandler

from tigertail import columns as c
from tigertail.errors import ConfigError

COSINE: Final = "cosine"
"""A name for naive collaborative filtering, the cosine of the factors: their signal at a beta of 1."""

_Method = TypeVar("_Method", bound=Callable[..., Any])


class Capability(StrEnum):
    """What a signal must have for an option to work."""

    POPULARITY_EXPONENT = "popularity exponent"
    LISTENER_GROUPS = "groups of listeners"
    PARTS = "parts to disable"
    CHARACTER = "character"


@dataclass(frozen=True)
class OptionSpec:
    """What is not in the type, range, default and description of a field of :class:`QueryOptions`.

    Parameters
    ----------
    singular
        Its name in HTTP and on the command line, where a list's values are given one by one; by default the name of
        the field.
    needs
        What a signal must have for it.
    both_lists
        Whether it is a filter, which says what may be listed: it also holds for the list that ``--beside`` adds.
    choices
        The values there are, for an option that takes several; none means any.
    """

    singular: str = ""
    needs: Capability | None = None
    both_lists: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class QueryOption:
    """An option of a query, with all that is known of it.

    Parameters
    ----------
    name
        Its name in Python.
    parameter
        Its name in HTTP.
    type
        ``str``, ``float``, ``int`` or ``bool``; of one value, where it takes several.
    repeated
        Whether it takes several values: a list in Python, repeated elsewhere.
    minimum, maximum
        The range of a number.
    help
        What it does, in a sentence or two.
    needs, both_lists, choices
        As in :class:`OptionSpec`.
    """

    name: str
    parameter: str
    type: type[Any]
    repeated: bool
    minimum: float | None
    maximum: float | None
    help: str
    needs: Capability | None
    both_lists: bool
    choices: tuple[str, ...]

    @property
    def flag(self) -> str:
        """Its name on the command line."""
        return "--" + self.parameter.replace("_", "-")


class QueryOptions(BaseModel):
    """The options of a query. What is left out stays as the model has it.

    Raises
    ------
    TypeError
        If there is no such option; the message suggests the closest.
    ConfigError
        If a value is of another type, or out of range.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    # A field is an X | None, or a tuple[X, ...] where it takes several values: query_options reads X.
    signal: Annotated[str | None, OptionSpec()] = Field(
        None, description="Query one signal alone; cosine is naive CF. By default the mixture."
    )
    beta: Annotated[float | None, OptionSpec(needs=Capability.POPULARITY_EXPONENT)] = Field(
        None,
        ge=0,
        le=2,  # as in the configuration of signals
        description="Popularity exponent: 0 favours popular items, larger values favour less popular ones.",
    )
    character: Annotated[float | None, OptionSpec(needs=Capability.CHARACTER)] = Field(
        None,
        ge=0,
        le=1,
        description="Between taste, 0, what its listeners also play, and kinship, 1, what is alike.",
    )
    country: Annotated[str | None, OptionSpec(needs=Capability.LISTENER_GROUPS)] = Field(
        None,
        description="See the catalogue from a country or region, by code or name: PL, Poland, Polska, South America.",
    )
    language: Annotated[str | None, OptionSpec(needs=Capability.LISTENER_GROUPS)] = Field(
        None, description="See the catalogue from where a language is spoken: pt, Portuguese."
    )
    group: Annotated[str | None, OptionSpec(needs=Capability.LISTENER_GROUPS)] = Field(
        None, description="See the catalogue from a group of listeners, by its key: cluster-3."
    )
    lens: Annotated[float | None, OptionSpec(needs=Capability.LISTENER_GROUPS)] = Field(
        None,
        ge=0,
        le=1,
        description="Strength of the localisation to that place: 0 is none; by default the model's.",
    )
    disabled_signals: Annotated[
        tuple[str, ...], OptionSpec(singular="disabled_signal", needs=Capability.PARTS)
    ] = Field((), description="Disable this signal of the mixture.")
    item_countries: Annotated[tuple[str, ...], OptionSpec(singular="item_country", both_lists=True)] = Field(
        (), description="List only items from this country."
    )
    kinds: Annotated[tuple[str, ...], OptionSpec(singular="kind", both_lists=True, choices=c.ITEM_KINDS)] = (
        Field((), description="List only items of this kind: artist, album or track.")
    )
    strata: Annotated[tuple[str, ...], OptionSpec(singular="stratum", both_lists=True, choices=c.STRATA)] = (
        Field((), description="List only items of this stratum of popularity: head, mid, tail or cold.")
    )
    min_listeners: Annotated[int | None, OptionSpec(both_lists=True)] = Field(
        None, ge=0, description="List only items with this many listeners or more."
    )
    max_per_artist: Annotated[int | None, OptionSpec(both_lists=True)] = Field(
        None, ge=1, description="List at most this many items of one artist: tracks, albums and the artist."
    )
    exclude: Annotated[tuple[str, ...], OptionSpec(both_lists=True)] = Field(
        (), description="Leave out this item, by id, MBID or name; of an artist tracks and albums too."
    )
    exact: Annotated[bool | None, OptionSpec()] = Field(
        None, description="Look at every item, not only at the candidates that the model keeps; slower."
    )

    @field_validator("*", mode="before")
    @classmethod
    def _as_tuple(cls, value: object) -> object:
        """Take any collection but a text for a tuple: a set, a Series; an array of no dimension is one value."""
        if isinstance(value, str) or not isinstance(value, Iterable) or getattr(value, "ndim", 1) == 0:
            return value
        return tuple(value)

    @model_validator(mode="wrap")
    @classmethod
    def _checked(cls, values: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Raise the errors of this project, which name a remedy, in place of pydantic's."""
        if unknown := [name for name in dict(values) if name not in cls.model_fields]:
            raise TypeError(_unknown(unknown[0]))
        try:
            options = handler(values)
        except ValidationError as error:
            first = error.errors()[0]
            raise _refusal(str(first["loc"][0]), first["input"], first["msg"]) from None
        for option in query_options():
            if option.choices and (
                wrong := [v for v in getattr(options, option.name) if v not in option.choices]
            ):
                raise ConfigError(
                    f"unknown {option.parameter} '{wrong[0]}'",
                    remedy=f"choose one of {', '.join(option.choices)}",
                )
        return options

    def replace(self, **changes: Any) -> Self:
        """Return the options with some values replaced.

        Raises
        ------
        TypeError, ConfigError
            As the constructor.
        """
        return type(self)(**(dict(self) | changes)) if changes else self

    def given(self) -> list[QueryOption]:
        """Return the options that are given."""
        return [option for option in query_options() if getattr(self, option.name) not in (None, ())]

    def of_both_lists(self) -> dict[str, Any]:
        """Return the values of the options that also hold for a list beside."""
        return {option.name: getattr(self, option.name) for option in query_options() if option.both_lists}


@cache
def query_options() -> tuple[QueryOption, ...]:
    """Return every option, in the order of the fields of :class:`QueryOptions`."""
    found = []
    for name, field in QueryOptions.model_fields.items():
        [spec] = [one for one in field.metadata if isinstance(one, OptionSpec)]
        found.append(
            QueryOption(
                name=name,
                parameter=spec.singular or name,
                type=get_args(field.annotation)[0],
                repeated=get_origin(field.annotation) is tuple,
                minimum=next((one.ge for one in field.metadata if hasattr(one, "ge")), None),
                maximum=next((one.le for one in field.metadata if hasattr(one, "le")), None),
                help=field.description or "",
                needs=spec.needs,
                both_lists=spec.both_lists,
                choices=spec.choices,
            )
        )
    return tuple(found)


def takes_options(method: _Method) -> _Method:
    """Show every option in the signature of a method with ``**keywords``, for ``help`` and for completion."""
    signature = inspect.signature(method)
    own = [one for one in signature.parameters.values() if one.kind is not inspect.Parameter.VAR_KEYWORD]
    keywords = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=field.annotation
        )
        for name, field in QueryOptions.model_fields.items()
    ]
    method.__dict__["__signature__"] = signature.replace(parameters=[*own, *keywords])
    return method


def _unknown(name: str) -> str:
    known = list(QueryOptions.model_fields)
    close = get_close_matches(name, known, n=1)
    return f"unknown option '{name}': " + (
        f"did you mean '{close[0]}'?" if close else f"the options are {', '.join(known)}"
    )


def _refusal(name: str, value: object, problem: str) -> ConfigError:
    [option] = [one for one in query_options() if one.name == name]
    if option.repeated and isinstance(value, str):
        return ConfigError(f"{name} must be a list, not a text", remedy=f"write {name}=['{value}']")
    if isinstance(value, (int, float)) and (option.minimum, option.maximum) != (None, None):
        bounds = ((" from", option.minimum), (" to", option.maximum))
        choice = "".join(f"{word} {bound:g}" for word, bound in bounds if bound is not None)
        return ConfigError(f"{name} is {value}", remedy=f"choose a value{choice}")
    return ConfigError(f"{name}: {problem}", remedy=option.help)


QueryOptions.__doc__ = str(QueryOptions.__doc__).replace(
    "    Raises\n",
    "    Parameters\n    ----------\n"
    + "".join(f"    {option.name}\n        {option.help}\n" for option in query_options())
    + "\n    Raises\n",
)
