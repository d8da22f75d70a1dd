"""What a simulated world is made of, and the published figures it is shaped after.

Verified against the source:

* Last.fm-360K (O. Celma, README of version 1.2): 359,347 users, 17,559,530 rows, 186,642 artists with a
  MusicBrainz id and 107,373 without. That is 48.9 artists a listener, each listener's top artists, and 59.7
  listeners an artist.
* HetRec 2011 Last.fm-2K (README of version 1.0): 1,892 users, 17,632 artists, 92,834 rows, 49.07 artists a
  listener, 5.27 listeners an artist.

Not verified, because the table itself could not be opened: the shares of listeners in
:mod:`tigertail.simulation.countries`, in the order of LFM-1b (M. Schedl, "Investigating
country-specific music preferences and music recommendation algorithms with the LFM-1b dataset",
International Journal of Multimedia Information Retrieval 6, 2017). No published exponent of artist
popularity in these sets was found; ours is a choice, made so that there are stars and a long tail.
"""

from __future__ import annotations

from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tigertail.errors import ConfigError, setting_at_fault
from tigertail.simulation.countries import COUNTRIES

_CHOICE: Final = 4  # artists there must be for each one a listener has room for


class WorldConfig(BaseModel):
    """The size and character of a simulated world.

    Parameters
    ----------
    listeners, artists
        How many there are.
    countries
        How many countries, the largest first.
    artists_per_listener
        How many artists a listener plays, on average.
    genres
        Scenes that listeners of every country share.
    scenes_per_country
        Scenes that only one country's artists and listeners have.
    local_structure
        How much country and language matter, from 0, where listeners of all countries are alike, to 1.
    popularity_exponent
        How steeply fame falls, s in the Zipf-Mandelbrot law ``(rank + q) ** -s``.
    diaspora
        Share of listeners who live in one country with the tastes of another.
    unknown_country
        Share of listeners who do not say where they live.
    spam_annotators
        Share of those who tag who are spammers: they come on top of the honest ones, and play nothing.
    unheard
        Share of artists whom no listener comes across, whatever their fame: what is known of them is what
        they sound like, what is written, and who puts them on the radio.
    facts
        Share of artists of whom an encyclopaedia states scenes and home, the famous sooner.
    audio
        Share of artists whose sound has been described; 0 leaves the table out.
    pages
        Share of artists who have a page of their own, the famous sooner; 0 leaves documents and mentions out.
    djs
        How many people have a radio show; 0 leaves sequences out.
    seed
        The same seed and configuration give the same world.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    listeners: int = Field(default=5_000, ge=10, le=1_000_000)
    artists: int = Field(default=4_000, ge=20, le=1_000_000)
    countries: int = Field(default=len(COUNTRIES), ge=1, le=len(COUNTRIES))
    artists_per_listener: float = Field(default=45, ge=2, le=1_000)
    genres: int = Field(default=12, ge=3, le=100)
    scenes_per_country: int = Field(default=4, ge=3, le=20)
    local_structure: float = Field(default=1.0, ge=0, le=1)
    popularity_exponent: float = Field(default=3.0, ge=0, le=10)
    diaspora: float = Field(default=0.04, ge=0, le=1)
    unknown_country: float = Field(default=0.05, ge=0, le=1)
    spam_annotators: float = Field(default=0.0, ge=0, le=0.9)
    unheard: float = Field(default=0.0, ge=0, le=0.5)
    facts: float = Field(default=0.0, ge=0, le=1)
    audio: float = Field(default=0.85, ge=0, le=1)
    pages: float = Field(default=0.6, ge=0, le=1)
    djs: int = Field(default=40, ge=0, le=10_000)
    seed: int = Field(default=0, ge=0)

    @classmethod
    def checked(cls, **settings: Any) -> Self:
        """Make a configuration from what a person asked for.

        Raises
        ------
        ConfigError
            If a setting is unknown or makes no sense.
        """
        try:
            return cls(**settings)
        except ValidationError as error:
            key, problem = setting_at_fault(error)
            where = f"{key}: " if key else ""
            raise ConfigError(
                f"no such world can be simulated: {where}{problem}", remedy="change the setting"
            ) from error

    @model_validator(mode="after")
    def _enough_to_choose_from(self) -> Self:
        if self.artists < _CHOICE * self.artists_per_listener:
            raise ValueError(
                f"{self.artists} artists leave nothing to choose from at"
                f" {self.artists_per_listener:g} artists a listener"
            )
        return self
