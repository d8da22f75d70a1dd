"""What the options of a query do: they choose and adjust the signal that answers, and which items it may list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.full_names import full_name
from tigertail.errors import ConfigError
from tigertail.geo.countries import country_code
from tigertail.model.config import ModelConfig
from tigertail.model.lens_target import LensTarget, lens_target
from tigertail.model.query_options import COSINE, Capability, QueryOptions
from tigertail.model.registry import FACTORS, LISTENING, MIXTURE
from tigertail.signals.contract import (
    Composite,
    GroupAware,
    HasCharacter,
    HasPopularityExponent,
    Signal,
    groups_of,
    has_capability,
)


@dataclass(frozen=True, eq=False)
class ResolvedSignal:
    """The signal that answers a query.

    Parameters
    ----------
    name
        Its name.
    signal
        The signal, adjusted by the options.
    notices
        What a person should know of all its answers.
    is_localised
        Whether it has a lens: one of a strength above 0, on some of the groups of listeners.
    """

    name: str
    signal: Signal
    notices: tuple[str, ...] = ()
    is_localised: bool = False

    def notices_on(self, seeds: NDArray[np.int32], items: pl.DataFrame) -> tuple[str, ...]:
        """Return what a person should know of the answers after these items.

        Those of all answers, and where there is a lens, that it knows none of the items' listeners.
        """
        groups = groups_of(self.signal)
        if not self.is_localised or groups is None or not groups.placed:
            return self.notices
        # Listeners of no known place are last.
        if any(groups.listeners_by_group(seed)[:-1].any() for seed in seeds.tolist()):
            return self.notices
        asked = full_name(items.row(int(seeds[0]), named=True)) if len(seeds) == 1 else "these items"
        return (
            *self.notices,
            f"no listener of {asked} has a known place: this list differs from that for the whole world only where "
            "answers are more or less popular there",
        )


def resolve_signal(signals: Mapping[str, Signal], options: QueryOptions) -> ResolvedSignal:
    """Return the signal that answers a query, adjusted by its options.

    Raises
    ------
    ConfigError
        If there is no such signal, or it lacks what an option needs, or an option names nothing the model has.
    """
    if options.signal == COSINE:
        if options.beta not in (None, 1.0):
            raise ConfigError(
                f"beta is {options.beta:g}, that of the cosine is 1",
                remedy=f"leave beta out, or query '{FACTORS}'",
            )
        # With beta = 1 the affinity of the factors is their cosine.
        options = options.replace(signal=FACTORS, beta=1.0)
    name = default_signal(signals) if options.signal is None else options.signal
    if name not in signals:
        raise ConfigError(f"unknown signal '{name}'", remedy=f"choose one of {', '.join(signals)}")
    signal = signals[name]
    _check_capabilities(name, signal, options)
    if options.disabled_signals:
        signal = _disable(signal, options)
        # Of the parts listening alone has something an option needs: the groups of listeners. The message puts the
        # outer quotes.
        _check_capabilities(f"{name}' without '{LISTENING}", signal, options)
    if options.beta is not None:
        assert has_capability(signal, HasPopularityExponent)
        signal = signal.with_beta(options.beta)
    if options.character is not None:
        assert has_capability(signal, HasCharacter)
        signal = signal.with_character(options.character)
    target = _target(signal, options)
    if target is None:
        return ResolvedSignal(name, signal)
    groups = groups_of(signal)
    assert groups is not None
    assert has_capability(signal, GroupAware)
    strength = groups.lens_strength if options.lens is None else options.lens
    signal = signal.localised_by_group(target.groups, strength)
    notices = (target.notice,) if target.notice else ()
    return ResolvedSignal(name, signal, notices, is_localised=bool(target.groups and strength))


def default_signal(signals: Mapping[str, Signal]) -> str:
    """Return the name of the signal that answers unless another is named."""
    return MIXTURE if MIXTURE in signals else LISTENING


def model_defaults(signals: Mapping[str, Signal], config: ModelConfig) -> dict[str, Any]:
    """Return the values that a model has for the options left out, where it has one.

    A fit always makes listening; a model that was put together in Python may have neither signal.
    """
    name = default_signal(signals)
    signal, groups = signals.get(name), groups_of(signals.get(LISTENING))
    return {
        "signal": name,
        "beta": signal.beta if has_capability(signal, HasPopularityExponent) else config.base.beta,
        "character": signal.character if has_capability(signal, HasCharacter) else None,
        "lens": groups.lens_strength if groups else None,
    }


def allowed_mask(items: pl.DataFrame, options: QueryOptions) -> NDArray[np.bool_] | None:
    """Return which items may be listed; bool, (items,); None where all may. The array is new: the caller may change it.

    Raises
    ------
    ConfigError
        If a country is unknown, or the items have no country.
    """
    wanted = [
        items[column].is_in(list(values))
        for column, values in (
            (c.COUNTRY, _item_countries(items, options)),
            (c.KIND, options.kinds),
            (c.STRATUM, options.strata),
        )
        if values
    ]
    if options.min_listeners:
        wanted.append(items[c.LISTENERS] >= options.min_listeners)
    if not wanted:
        return None
    return np.asarray(np.all([one.fill_null(False).to_numpy() for one in wanted], axis=0))


_HAS: Final[dict[Capability, Callable[[Signal], bool]]] = {
    Capability.POPULARITY_EXPONENT: lambda signal: has_capability(signal, HasPopularityExponent),
    Capability.LISTENER_GROUPS: lambda signal: groups_of(signal) is not None,
    Capability.PARTS: lambda signal: has_capability(signal, Composite),
    Capability.CHARACTER: lambda signal: has_capability(signal, HasCharacter),
}
_REMEDIES: Final = {
    Capability.POPULARITY_EXPONENT: "leave {option} out",
    Capability.LISTENER_GROUPS: f"query '{LISTENING}', or a mixture in which it is enabled; or leave {{option}} out",
    Capability.PARTS: "query a mixture, or leave {option} out",
    Capability.CHARACTER: "query a mixture, or leave {option} out",
}


def _check_capabilities(name: str, signal: Signal, options: QueryOptions) -> None:
    for option in options.given():
        if option.needs is not None and not _HAS[option.needs](signal):
            raise ConfigError(
                f"the signal '{name}' has no {option.needs}",
                remedy=_REMEDIES[option.needs].format(option=option.parameter),
            )


def _disable(signal: Signal, options: QueryOptions) -> Signal:
    assert has_capability(signal, Composite)  # _check_capabilities
    names = options.disabled_signals
    if unknown := sorted(set(names) - set(signal.parts)):
        raise ConfigError(
            f"no signal '{unknown[0]}' in the mixture", remedy=f"choose of {', '.join(signal.parts)}"
        )
    if not set(signal.parts) - set(names):
        raise ConfigError("every signal is disabled", remedy="leave one enabled")
    return signal.disable(names)


def _target(signal: Signal, options: QueryOptions) -> LensTarget | None:
    """Return the groups that the lens is to favour; None where the options name no place, language or group."""
    place = options.country, options.language, options.group
    if place == (None, None, None):
        if options.lens is not None:
            raise ConfigError(
                "lens needs a country, language or group", remedy="give one of them, or leave lens out"
            )
        return None
    groups = groups_of(signal)
    assert groups is not None  # _check_capabilities
    return lens_target(groups, *place)


def _item_countries(items: pl.DataFrame, options: QueryOptions) -> list[str]:
    """Return the codes of the countries whose items may be listed; none where all may."""
    codes = []
    for country in options.item_countries:
        code = country_code(country)
        if code is None:
            raise ConfigError(
                f"unknown country '{country}'", remedy="give its ISO 3166-1 code, as PL, or its name"
            )
        codes.append(code)
    if codes and c.COUNTRY not in items.columns:
        raise ConfigError(
            "the items of this model have no country",
            remedy="add a source that has it to the recipe, a table of items with a column country or the format "
            "musicbrainz or echonest-location; then build and fit again",
        )
    return codes
