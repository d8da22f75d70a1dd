"""Listening services: what each one offers where, and who uses which.

Taste and truth do not depend on services. A listener plays what their service has, so that an artist without plays may
be disliked, or may be missing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.simulation.config import FULL, GLOBAL, REGIONAL
from tigertail.simulation.countries import COUNTRIES
from tigertail.simulation.world import Codes, Flags, World


@dataclass(frozen=True, eq=False)
class Services:
    """The services of a world.

    Parameters
    ----------
    names
        Their names.
    used
        The service of each listener, shape (listeners,).
    offered
        Which artists a service has in a country, shape (services, countries, artists).
    """

    names: tuple[str, ...]
    used: Codes
    offered: Flags

    def within_reach(self, world: World, block: slice) -> Flags:
        """Return which artists a block of listeners can play, shape (listeners, artists)."""
        reach: Flags = self.offered[self.used[block], world.residence[block]]
        return reach

    def availability(self, item_ids: pl.Series) -> pl.DataFrame:
        """Return the table ``availability``: each service's catalogue, and of the regional one that of each country.

        The other services have the same in every country.
        """
        tables = []
        for name, offered in zip(self.names, self.offered, strict=True):
            tables.append(_listed(item_ids, offered.any(axis=0), name, None))
            if name == REGIONAL:
                tables += [
                    _listed(item_ids, there, name, COUNTRIES[country].code)
                    for country, there in enumerate(offered)
                    if there.any()
                ]
        return pl.concat(tables)


def open_services(world: World, rng: np.random.Generator) -> Services | None:
    """Draw the service of every listener; return None for a world without services.

    What each has is said beside its name in :mod:`tigertail.simulation.config`. Whoever would use the regional service
    in a country without it uses the global one, or the full one in a world without the global one.

    Parameters
    ----------
    world
        The listeners and artists.
    rng
        Random generator.
    """
    config = world.config
    if not config.services:
        return None
    names, shares = tuple(config.services), np.array(list(config.services.values()))  # of listeners
    used = rng.choice(len(names), config.listeners, p=shares / shares.sum())
    # Cold artists come last: nobody comes across them, whatever popularity was drawn for them.
    by_popularity = np.argsort(np.where(world.cold, np.inf, -world.log_popularity), kind="stable")
    popular = np.zeros(config.artists, np.bool_)
    popular[by_popularity[: config.global_catalogue_size]] = True
    country = np.arange(config.countries)
    present = country % 2 == 0
    # Artists who are not local are at home everywhere.
    at_home = ~world.local | (world.home == country[:, None])
    catalogues = {
        GLOBAL: np.broadcast_to(popular, at_home.shape),
        FULL: np.ones_like(at_home),
        REGIONAL: (popular | at_home) & present[:, None],
    }
    if REGIONAL in names and not present.all():
        instead = names.index(GLOBAL if GLOBAL in names else FULL)
        used = np.where((used == names.index(REGIONAL)) & ~present[world.residence], instead, used)
    return Services(names, used, np.stack([catalogues[name] for name in names]))


def _listed(item_ids: pl.Series, offered: Flags, source: str, country: str | None) -> pl.DataFrame:
    return pl.DataFrame({c.ITEM_ID: item_ids.filter(pl.Series(offered))}).with_columns(
        pl.lit(source).alias(c.SOURCE), pl.lit(country, pl.String).alias(c.COUNTRY)
    )
