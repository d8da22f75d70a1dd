"""What can be asked over HTTP, checked before a model sees it."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict

from tigertail.model import Dials
from tigertail.service.http.json import to_json

LONGEST: Final = 300  # characters of an id or name
MOST: Final = 200  # values of a dial that takes several


def _sound(text: str) -> str:
    if "\0" in text:
        raise ValueError("a text with a null character")
    return text


_SOUND: Final[JsonDict] = {"pattern": "^[^\\x00]*$"}
Text = Annotated[
    str, Field(min_length=1, max_length=LONGEST, json_schema_extra=_SOUND), AfterValidator(_sound)
]
Short = Annotated[str, Field(min_length=1, max_length=64, json_schema_extra=_SOUND), AfterValidator(_sound)]
Several = Annotated[list[Text], Field(max_length=MOST)]


def whole(value: object) -> object:
    """Take 20.0 for 20, as JSON does: it has one kind of number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class Dialled(BaseModel):
    """How a question may be turned; what is left out stays as the model has it."""

    model_config = ConfigDict(extra="forbid")

    signal: Short | None = Field(None, description="Ask one signal alone; `cosine` is naive CF.")
    beta: float | None = Field(None, ge=0, le=2, description="Popularity exponent: at 0 stars rise.")
    country: Short | None = Field(None, description="Ask from a country or region, by code or name.")
    language: Short | None = Field(None, description="Ask from where a language is spoken.")
    group: Short | None = Field(None, description="Ask from a group of listeners, by its key.")
    lens: float | None = Field(None, ge=0, le=1, description="How much that counts: 0, nothing, to 1.")
    without: Several = Field([], description="Signals of the mixture to switch off.")
    home: Several = Field([], description="List only what is from these countries.")
    kind: Several = Field([], description="List only artist, album or track.")
    stratum: Several = Field([], description="List only head, mid, tail or cold.")
    exclude: Several = Field([], description="Ids or names that may not be listed.")

    def dials(self) -> Dials:
        """Return them as a model takes them."""
        return {
            "signal": self.signal,
            "beta": self.beta,
            "country": self.country,
            "language": self.language,
            "group": self.group,
            "lens": self.lens,
            "without": self.without,
            "homes": self.home,
            "kinds": self.kind,
            "strata": self.stratum,
            "exclude": self.exclude,
        }


class Question(Dialled):
    """Which items a list is to follow, and how long it may be."""

    n: Annotated[int, BeforeValidator(whole)] = Field(20, ge=0, le=10_000, description="How many to list.")
    why: bool = Field(False, description="Say why each answer is there.")

    def key(self, items: list[str]) -> str:
        """Return what tells the question from every other."""
        asked: dict[str, Any] = self.model_dump(exclude={"listener", "item"}) | {"items": items}
        return hashlib.blake2b(to_json(asked), digest_size=16).hexdigest()


class SimilarQuery(Question):
    """A question in a URL."""

    item: Annotated[list[Text], Field(min_length=1, max_length=1000)] = Field(
        description="Id or name; repeat it to ask after several, as of a playlist."
    )
    listener: Short | None = Field(
        None, description="Anonymous id of the listener, if lists are interleaved."
    )


class SimilarRequest(Question):
    """A question in a batch."""

    model_config = ConfigDict(strict=True)

    items: Annotated[list[Text], Field(min_length=1, max_length=1000)]


class Batch(BaseModel):
    """Several questions at once."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"requests": [{"items": ["Kino"], "n": 5, "country": "PL"}]}]},
    )

    requests: Annotated[list[SimilarRequest], Field(min_length=1, max_length=1000)]


class ItemsQuery(BaseModel):
    """A search as you type."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, Field(max_length=LONGEST, json_schema_extra=_SOUND), AfterValidator(_sound)] = Field(
        "", description="What has been typed so far; nothing lists those with most listeners."
    )
    n: int = Field(10, ge=1, le=100, description="How many to list.")


class NeighboursQuery(Dialled):
    """A page of all lists."""

    top: int = Field(20, ge=1, le=200, description="How many to list for each.")
    limit: int = Field(50, ge=1, le=200, description="Items a page.")
    cursor: Annotated[str, Field(max_length=64, pattern=r"^\w+\.[0-9]{1,12}$")] | None = Field(
        None, description="The page's `next`."
    )
