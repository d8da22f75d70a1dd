"""Shapes of the answers, for the OpenAPI document."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from tigertail.service.http.problems import Problem
from tigertail.signals.evidence import KINDS
from tigertail.signals.listening.groups import MIN_LISTENERS_THERE

_KINO: JsonDict = {
    "id": "kino",
    "name": "Кино",
    "kind": "artist",
    "country": "RU",
    "listeners": 94,
    "stratum": "mid",
}


ModelVersion = Annotated[
    str,
    Field(
        description="Version of the model that answered, a digest of its content: `version` in `/v1/models`. Of a list "
        "that two models made together, a text of both: each item has its own."
    ),
]
"""Which model an answer is of. Its field is called `model`; the model itself calls it its version."""

Notices = Annotated[
    list[str],
    Field(description="What a person should know of the answer, as of items that the model does not have."),
]


class Answer(BaseModel):
    """What is answered: these fields and no others.

    A field with a default may be left out, or be null, which say the same; one without a default is always there.
    """

    model_config = ConfigDict(extra="forbid")


class Item(Answer):
    """An artist, album or track."""

    model_config = ConfigDict(json_schema_extra={"examples": [_KINO]})

    id: str
    name: str
    kind: str
    artist: str | None = Field(None, description="Of a track or an album: its artist, as it is spelled.")
    country: str | None = Field(description="Where it is from, ISO 3166-1 alpha-2.")
    listeners: int
    stratum: str = Field(description="head, mid, tail or cold: how many listeners it has.")


class FactName(Answer):
    """Something that a fact names."""

    key: str = Field(
        description="Of a group of listeners its key, of a label its facet, of a descriptor of sound high or low."
    )
    name: str = Field(
        description="Of a group or a descriptor in English, of a label as it is spelled; a place among labels may be a "
        "code (ISO 3166-1 alpha-2)."
    )


class Fact(Answer):
    """One thing that links two items."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"kind": "common_listeners", "n": 12},
                {"kind": "most_in", "names": [{"key": "PL", "name": "Poland"}]},
            ]
        }
    )

    kind: str = Field(
        description=f"{', '.join(f'`{kind}`' for kind in KINDS)}; or one that a signal of another maker brings."
    )
    n: int | None = Field(None, description="How many listeners or pages, where the kind counts them.")
    names: list[FactName] | None = Field(None, description="What it names, the most important first.")
    text: str | None = Field(None, description="It in English, where the kind is not of this list.")


class Contribution(Answer):
    """One reason: what a signal, or of listening alone a group of listeners, adds to an affinity."""

    signal: str | None = Field(
        None,
        description="The signal, or `prior`: what an item of its popularity may expect. Groups have none.",
    )
    contribution: float | None = Field(
        None,
        description="Of the mixture: these, the prior's among them, sum to the logarithm of the affinity. Of one "
        "signal alone: the affinity itself.",
    )
    factor: float | None = Field(
        None,
        description="Of the mixture: what the signal multiplies the affinity by, e to the power of `contribution`.",
    )
    lens: float | None = Field(
        None,
        description="Through a lens: what that alone multiplies the affinity by, as a part of `factor`; for signals "
        "that have one.",
    )
    has_data: bool | None = Field(
        None,
        description="Whether the signal has an affinity for the pair: not where it has no data, or where the item is "
        "beyond the neighbours that it keeps.",
    )
    evidence: str | None = Field(None, description="The evidence in English; empty where there is none.")
    facts: list[Fact] | None = Field(
        None, description="The same for programs: what the sentence tells, in its order."
    )
    seed: str | None = Field(
        None, description="Where the query has several items: the one that the evidence links to."
    )
    group: str | None = Field(None, description="Of listening alone: key of the group of listeners.")
    name: str | None = Field(None, description="Of a group: its name in English.")
    share: float = Field(
        description="Of a group: its share of the affinity. Of a signal in the mixture: its share of all contributions "
        "above 0, 0 for the prior. Of one signal alone: 1, or 0 where it adds nothing."
    )


class Listed(Item):
    """An item in a list."""

    rank: int = Field(description="Its place in the list, from 1.")
    affinity: float = Field(description="What the list is ranked by; it compares within one list only.")
    model: ModelVersion = Field(description="Version of the model that put it there; feedback sends it back.")
    why: list[Contribution] | None = None
    because: str | None = Field(None, description="The reasons in words.")


class Similar(Answer):
    """What someone who likes the seeds should hear next."""

    model: ModelVersion
    seeds: list[Item]
    notices: Notices
    items: list[Listed]


class PlaylistItem(Item):
    """An item of a path or of radio."""

    mbid: str | None = Field(description="Its MusicBrainz identifier, if it is known.")
    rank: int
    affinity: float = Field(
        description="Of a path: from the item before, as a share of the best that any item has from there, or, where "
        "that one does not list it, the same the other way round; 1 of the first. Of a radio: from its seeds."
    )


class Playlist(Answer):
    """Items to play in their order."""

    model: ModelVersion
    notices: Notices
    items: list[PlaylistItem]


class Recommended(Answer):
    """What a listener should hear next; here `affinity` is how good an item is after the whole history."""

    model: ModelVersion
    history: list[Item] = Field(description="The items of the history that the model has.")
    notices: Notices
    items: list[Listed]


class Failed(Answer):
    """A request of a batch that has no answer."""

    error: Problem


class BatchAnswer(Answer):
    """Answers in the order of the requests."""

    model: ModelVersion
    answers: list[Similar | Failed]


class Match(Item):
    """An item found by name."""

    match: float = Field(description="How well the name matches, 0 to 1.")


class Found(Answer):
    """Items found by name, the best match first."""

    model: ModelVersion
    items: list[Match]


class PlaceShare(Answer):
    """A country or region, and the share of an item's listeners who are there."""

    code: str
    name: str
    share: float


class Label(Answer):
    """Something that people say of an item."""

    facet: str
    name: str


class Details(Item):
    """The details of an item."""

    model: ModelVersion
    known_by: dict[str, bool] = Field(description="Which signals have data about it.")
    weights: dict[str, float] = Field(
        description="Weight of each signal in the mixture when the item is the query."
    )
    places: list[PlaceShare] = Field(
        description="Where its listeners are, the largest share first. A place with fewer than "
        f"{MIN_LISTENERS_THERE} of them is left out."
    )
    labels: list[Label] = Field(
        description="Its labels, the most telling first. A label that one person alone gave is left out."
    )
    more: dict[str, Any] = Field(description="Its other columns in the catalogue.")


class Neighbour(Answer):
    """An item of a list."""

    id: str
    rank: int
    affinity: float


class Neighbourhood(Answer):
    """An item and its list."""

    id: str
    name: str
    items: list[Neighbour]


class Page(Answer):
    """A page of all lists."""

    model: ModelVersion
    neighbours: list[Neighbourhood]
    next: str | None = Field(description="The cursor of the next page; null on the last.")


class Place(Answer):
    """A country or region."""

    code: str
    name: str
    listeners: int | None = None
    items: int | None = None


class Option(Answer):
    """An option of a query."""

    name: str = Field(description="Its parameter.")
    type: str = Field(description="string, number, integer or boolean.")
    repeated: bool = Field(description="Whether several values may be given.")
    min: float | None
    max: float | None
    choices: list[str] = Field(description="The values there are; empty if any text may be given.")
    default: float | str | None = Field(description="What the model uses without it, where it has a default.")
    both_lists: bool = Field(description="Whether it also holds for a list to compare with.")
    help: str


class SignalInfo(Answer):
    """A signal of a model."""

    name: str
    title: str = Field(description="What its affinity is based on.")
    colour: str = Field(description="Its colour in plots, as #rrggbb.")


class Described(Answer):
    """A model, and how it can be asked."""

    version: str = Field(description="A digest of its content; answers call it `model`.")
    role: str = Field(
        description="`current`, which answers, or `challenger`, whose lists are interleaved with its own."
    )
    dataset: str = Field(description="Name of the dataset that it was fitted to.")
    simulated: bool = Field(
        description="Whether the listeners are simulated, so that nothing is said of real people."
    )
    items: int = Field(description="How many items it has.")
    listeners: int | None = Field(description="How many listeners it was fitted to, where that is known.")
    default: str = Field(description="Name of the signal that answers unless a query names another.")
    signals: list[SignalInfo] = Field(description="The signals that a query may name.")
    mixture: list[str] = Field(
        description="Names of the signals that the mixture weighs; empty without a mixture."
    )
    beta: float = Field(description="Popularity exponent of a query that gives none.")
    character: float | None = Field(
        description="Place between taste, 0, and kinship, 1, of a query that gives none; null without a mixture."
    )
    lens: float | None = Field(
        description="Strength, 0 to 1, of a lens that a query gives no strength for; null without groups of listeners."
    )
    places: list[Place] = Field(description="Countries and regions that a query may be asked from.")
    item_countries: list[Place] = Field(
        description="Countries that items are from, those with most items first."
    )
    kinds: list[str] = Field(description="Kinds of items that it has: artist, album or track.")
    strata: list[str] = Field(description="Strata of popularity, the most popular first.")
    options: list[Option] = Field(description="The options of a query.")


class Models(Answer):
    """The models that are served."""

    models: list[Described]


class Taken(Answer):
    """What became of events."""

    accepted: int = Field(description="Events that are stored now.")
    duplicates: int = Field(description="Events that were already there, or twice among those sent.")


class Erased(Answer):
    """What became of a listener's events."""

    erased: int


class Health(Answer):
    """Whether requests can be answered."""

    status: str = Field(description="`live` or `ready`, as was asked.")
    models: dict[str, str] = Field({}, description="Version of the model of each role.")
    refused: dict[str, str] = Field({}, description="Of each role, why a newer model was not put in place.")
    feedback: str | None = Field(
        None, description="`kept`, `none is kept`, or in words why feedback cannot be kept at present."
    )


class Map(Answer):
    """The catalogue in two dimensions, by naive CF (before) and by the model (after): a value of each item.

    Positions are from -1 to 1, null where there is no data.
    """

    model: ModelVersion
    id: list[str]
    name: list[str] = Field(description="With its artist: `Can - Vitamin C`.")
    country: list[str | None]
    listeners: list[int]
    stratum: list[str]
    before: list[tuple[float, float] | None]
    after: list[tuple[float, float] | None]
