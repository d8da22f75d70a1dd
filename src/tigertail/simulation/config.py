"""Configuration of a simulated world, and published figures to compare its defaults with.

Verified against the source:

* Last.fm-360K (O. Celma, README of version 1.2): 359,347 users, 17,559,530 rows, 186,642 artists with a
  MusicBrainz id and 107,373 without. That is 48.9 artists for each listener (only the listener's top artists), and
  59.7 listeners for each artist.
* HetRec 2011 Last.fm-2K (README of version 1.0): 1,892 users, 17,632 artists, 92,834 rows, 49.07 artists for
  each listener, 5.27 listeners for each artist.

Not verified, because the table itself could not be opened: the shares of listeners in
:mod:`tigertail.simulation.countries`, in the order of LFM-1b (M. Schedl, "Investigating
country-specific music preferences and music recommendation algorithms with the LFM-1b dataset",
International Journal of Multimedia Information Retrieval 6, 2017). No published exponent of artist
popularity in these sets was found; the default was chosen so that there are stars and a long tail.
"""

from __future__ import annotations

from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from tigertail.errors import ConfigError, setting_at_fault
from tigertail.simulation.countries import COUNTRIES

GLOBAL: Final = "global"  # the popular artists, everywhere
FULL: Final = "full"  # all artists, everywhere
REGIONAL: Final = "regional"
"""In every second country, from the largest on: the popular artists, all who are not local, and those at home."""
_CHOICE: Final = 4
"""Least ratio of artists to artists of one listener; what a service has may be less, half of which listeners play."""


class WorldConfig(BaseModel):
    """The size and character of a simulated world.

    Parameters
    ----------
    listeners, artists
        Numbers of listeners and artists.
    countries
        Number of countries, the largest first.
    artists_per_listener
        Mean number of artists that a listener plays; less where a service offers few, since nobody plays more than half
        of what they can.
    genres
        Number of genres shared by all countries.
    scenes_per_country
        Number of scenes: genres of one country only.
    local_structure
        Influence of country and language, from 0 (none) to 1.
    zipf_exponent
        s of the Zipf-Mandelbrot law of popularity, ``(rank + q) ** -s``.
    diaspora
        Share of listeners whose country is drawn anew, with the tastes of the first: most of them live abroad.
    unknown_country
        Share of listeners of unknown country.
    spam_annotators
        Share of spammers among all annotators: they are added to the honest ones, and play nothing.
    cold
        Share of artists without listeners, whatever their popularity: only their sound, pages, radio shows and facts
        are known, beside the labels of spammers.
    facts
        Share of artists with genres and home in an encyclopaedia: most of the popular, some of the others.
    audio
        Share of artists with audio descriptors; 0 leaves the table out.
    pages
        Share of artists with a page of their own: most of the popular, some of the others; 0 leaves documents and
        mentions out.
    djs
        Number of DJs with a radio show; 0 leaves sequences out.
    services
        Share of listeners of each service: ``global``, ``full`` and ``regional``, as a mapping or as text
        (``"global=0.85,full=0.1,regional=0.05"``). Who would use the regional service where it is missing uses another
        (:func:`~tigertail.simulation.services.open_services`). Without services everybody can play everything.
    catalogue
        Share of artists that the global service has, the popular first; the regional one has them too.
    seed
        The same seed and configuration give the same world.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    listeners: int = Field(default=5_000, ge=10, le=1_000_000)
    artists: int = Field(default=4_000, ge=20, le=1_000_000)
    countries: int = Field(default=len(COUNTRIES), ge=1, le=len(COUNTRIES))
    artists_per_listener: float = Field(default=45, ge=2, le=1_000)
    genres: int = Field(
        default=12, ge=3, le=100
    )  # a listener follows three (GENRES_PER_LISTENER in world.py)
    scenes_per_country: int = Field(default=4, ge=3, le=20)
    local_structure: float = Field(default=1.0, ge=0, le=1)
    zipf_exponent: float = Field(default=3.0, ge=0, le=10)
    diaspora: float = Field(default=0.04, ge=0, le=1)
    unknown_country: float = Field(default=0.05, ge=0, le=1)
    spam_annotators: float = Field(default=0.0, ge=0, le=0.9)
    cold: float = Field(default=0.0, ge=0, le=0.5)
    facts: float = Field(default=0.0, ge=0, le=1)
    audio: float = Field(default=0.85, ge=0, le=1)
    pages: float = Field(default=0.6, ge=0, le=1)
    djs: int = Field(default=40, ge=0, le=10_000)
    services: dict[Literal["global", "full", "regional"], float] | None = None
    catalogue: float = Field(default=0.06, gt=0, le=1)
    seed: int = Field(default=0, ge=0)

    @property
    def global_catalogue_size(self) -> int:
        """Number of artists that the global service has."""
        return round(self.catalogue * self.artists)

    @classmethod
    def checked(cls, **settings: Any) -> Self:
        """Validate settings given by a person.

        Raises
        ------
        ConfigError
            If a setting is unknown or invalid.
        """
        try:
            return cls(**settings)
        except ValidationError as error:
            key, problem = setting_at_fault(error)
            where = f"{key}: " if key else ""
            raise ConfigError(
                f"invalid configuration of a world: {where}{problem}", remedy="change the setting"
            ) from error

    @field_validator("services", mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        parts = [part.split("=") for part in value.split(",") if part.strip()]
        if any(len(part) != 2 for part in parts):
            raise ValueError(f"'{value}' is not of the form global=0.85,full=0.15")
        shares = {name.strip(): share.strip() for name, share in parts}
        if len(shares) < len(parts):
            raise ValueError(f"'{value}' names a service twice")
        if unknown := [name for name in shares if name not in (GLOBAL, FULL, REGIONAL)]:
            raise ValueError(f"'{unknown[0]}' is none of {GLOBAL}, {FULL} and {REGIONAL}")
        return shares

    @model_validator(mode="after")
    def _services_serve_everybody(self) -> Self:
        if not self.services:
            return self
        if not (min(self.services.values()) >= 0 and abs(sum(self.services.values()) - 1) <= 1e-6):  # NaN too
            raise ValueError("the shares of the services must be 0 or more and add up to 1")
        used = {name for name, share in self.services.items() if share}
        if used == {REGIONAL} and self.countries > 1:
            raise ValueError("the regional service is missing in some countries: add global or full")
        if used != {FULL} and self.global_catalogue_size < self.artists_per_listener:
            raise ValueError(
                f"the global and the regional service have {self.global_catalogue_size} artists everywhere,"
                f" fewer than the {self.artists_per_listener:g} of one listener: raise catalogue"
            )
        return self

    @model_validator(mode="after")
    def _enough_to_choose_from(self) -> Self:
        if self.artists < _CHOICE * self.artists_per_listener:
            raise ValueError(
                f"{self.artists} artists leave nothing to choose from at"
                f" {self.artists_per_listener:g} artists a listener"
            )
        return self
