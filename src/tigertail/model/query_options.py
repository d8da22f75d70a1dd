"""How a question may be turned: which signals answer, from where, how daring, and what may be listed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, TypedDict

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.strata import Stratum
from tigertail.errors import ConfigError
from tigertail.geo.countries import country_code
from tigertail.model.lens import lens_target
from tigertail.model.registry import FACTORS, LISTENING, MIXTURE
from tigertail.signals.contract import Composite, GroupAware, HasPopularityExponent, ListenerGroups, Signal

COSINE: Final = "cosine"
"""What most call collaborative filtering: the cosine of the factors, which is their signal at a beta of 1."""
STRATA: Final = tuple(stratum.label for stratum in Stratum)


class Dials(TypedDict, total=False):
    """Dials of a question; what is left out stays as the model has it.

    Parameters
    ----------
    signal
        Which signal to ask, of ``model.signals``, or ``"cosine"``, naive CF; by default the mixture of all.
    beta
        Popularity exponent (mixture, listening and factors): at 0 stars rise, the more the deeper they sink.
    country, language, group
        Where the question is asked from (mixture and listening): a country or region, a language, or a group of
        listeners by its key; at most one of them.
    lens
        How much that counts, from 0, nothing, to 1; None means as much as the model's settings say.
    without
        Signals of the mixture to switch off.
    homes
        Countries whose items alone may be listed, by ISO 3166-1 code or name.
    kinds
        Kinds of item that alone may be listed: artist, album, track.
    strata
        Strata that alone may be listed: head, mid, tail, cold.
    exclude
        Ids or names of items that may not be listed.
    """

    signal: str | None
    beta: float | None
    country: str | None
    language: str | None
    group: str | None
    lens: float | None
    without: Collection[str]
    homes: Collection[str]
    kinds: Collection[str]
    strata: Collection[str]
    exclude: Collection[str]


COLLECTIONS: Final = ("without", "homes", "kinds", "strata", "exclude")


def check_dials(dials: Dials, n: int) -> None:
    """Refuse a lone text where several are meant, and lists of less than no length.

    Raises
    ------
    ConfigError
        If there is any.
    """
    if n < 0:
        raise ConfigError(f"a list of {n} items", remedy="ask for none or more")
    for name in COLLECTIONS:
        if isinstance(value := dials.get(name), str):
            raise ConfigError(f"{name} is a text", remedy=f"write it as a list: {name}=['{value}']")


@dataclass(frozen=True, eq=False)
class Asked:
    """The signal that answers a question.

    Parameters
    ----------
    name
        Its name.
    signal
        The signal, as the dials have it.
    notices
        What a person should know of the answers.
    """

    name: str
    signal: Signal
    notices: tuple[str, ...] = ()


def ask(signals: Mapping[str, Signal], dials: Dials) -> Asked:
    """Return the signal to ask, as the dials have it.

    Raises
    ------
    ConfigError
        If there is no such signal, or it has not what a dial turns, or a dial is out of range.
    """
    if dials.get("signal") == COSINE:
        dials = dials | {"signal": FACTORS, "beta": 1.0}
    name = dials.get("signal") or default_signal(signals)
    if name not in signals:
        raise ConfigError(f"no signal '{name}'", remedy=f"this model has {', '.join(signals)}")
    signal = _without(name, signals[name], dials.get("without", ()))
    signal = _with_beta(name, signal, dials.get("beta"))
    signal, notice = _seen_from(name, signal, dials)
    return Asked(name, signal, (notice,) if notice else ())


def default_signal(signals: Mapping[str, Signal]) -> str:
    """Return the name of the signal that answers unless another is asked."""
    return MIXTURE if MIXTURE in signals else LISTENING


def admitted(items: pl.DataFrame, dials: Dials) -> NDArray[np.bool_] | None:
    """Return which items may be listed; bool, (items,); None where all may.

    Raises
    ------
    ConfigError
        If a country, kind or stratum is unknown, or nobody knows where the items are from.
    """
    wanted = [
        items[column].is_in(list(values))
        for column, values in (
            (c.COUNTRY, _homes(items, dials.get("homes", ()))),
            (c.KIND, _of("kind", dials.get("kinds", ()), (c.ARTIST, c.ALBUM, c.TRACK))),
            ("stratum", _of("stratum", dials.get("strata", ()), STRATA)),
        )
        if values
    ]
    if not wanted:
        return None
    return np.asarray(np.all([one.fill_null(False).to_numpy() for one in wanted], axis=0))


def grouped(name: str, signal: Signal) -> ListenerGroups:
    """Return the groups of listeners of a signal.

    Raises
    ------
    ConfigError
        If it has none.
    """
    if isinstance(signal, GroupAware) and (groups := signal.listener_groups) is not None:
        return groups
    off = isinstance(signal, Composite)
    raise ConfigError(
        f"the signal '{name}'{' without listening' * off} knows no groups of listeners",
        remedy=f"leave '{LISTENING}' switched on" if off else f"ask '{LISTENING}'",
    )


def _without(name: str, signal: Signal, names: Collection[str]) -> Signal:
    if not names:
        return signal
    if not isinstance(signal, Composite):
        raise ConfigError(
            f"the signal '{name}' has no parts to switch off", remedy="leave it out, or ask a mixture"
        )
    if unknown := sorted(set(names) - set(signal.parts)):
        raise ConfigError(
            f"no signal '{unknown[0]}' in the mixture", remedy=f"its parts are {', '.join(signal.parts)}"
        )
    if not set(signal.parts) - set(names):
        raise ConfigError("every signal is switched off", remedy="leave one on")
    return signal.disable(names)


def _with_beta(name: str, signal: Signal, beta: float | None) -> Signal:
    if beta is None:
        return signal
    if not isinstance(signal, HasPopularityExponent):
        raise ConfigError(f"the signal '{name}' has no popularity exponent", remedy="leave beta out")
    if not 0 <= beta <= 2:
        raise ConfigError(f"beta is {beta}", remedy="choose it between 0, for stars, and 2")
    return signal.with_beta(beta)


def _seen_from(name: str, signal: Signal, dials: Dials) -> tuple[Signal, str | None]:
    """Return a signal seen from where the listener stands, and what a person should know of it."""
    lens = dials.get("lens")
    if lens is not None and not 0 <= lens <= 1:
        raise ConfigError(f"the lens is {lens}", remedy="choose it between 0, off, and 1")
    place = dials.get("country"), dials.get("language"), dials.get("group")
    if place == (None, None, None):
        if lens is not None:
            raise ConfigError(f"a lens of {lens} on no place", remedy="say from which country to look")
        return signal, None
    view = lens_target(grouped(name, signal), *place)
    assert isinstance(signal, GroupAware)  # or it would have no groups
    return signal.localised_by_group(view.groups, lens), view.notice


def _homes(items: pl.DataFrame, homes: Collection[str]) -> list[str]:
    codes = []
    for home in homes:
        code = country_code(home)
        if code is None:
            raise ConfigError(
                f"no country called '{home}'", remedy="give its ISO 3166-1 code, as PL, or its name"
            )
        codes.append(code)
    if codes and c.COUNTRY not in items.columns:
        raise ConfigError(
            "nobody knows where this model's items are from",
            remedy="fit it to a dataset whose items have a country",
        )
    return codes


def _of(what: str, given: Collection[str], allowed: Collection[str]) -> Collection[str]:
    if unknown := [one for one in given if one not in allowed]:
        raise ConfigError(f"no {what} '{unknown[0]}'", remedy=f"it is one of {', '.join(allowed)}")
    return given
