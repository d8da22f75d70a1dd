"""Systems of a report: a name, and how to fit a signal to the training data of a split."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from tigertail.dataset.dataset import Dataset
from tigertail.errors import UNKNOWN_KEY, ConfigError, setting_at_fault
from tigertail.evaluation import baselines
from tigertail.evaluation.recommender import Recommender
from tigertail.evaluation.systems.own import ListeningSignal, OwnSignal
from tigertail.factorization.confidence import ConfidenceConfig
from tigertail.io.files import read_toml
from tigertail.model.config import BaseConfig, ModelConfig
from tigertail.model.registry import MIXTURE, SIGNALS
from tigertail.signals.contract import Signal
from tigertail.splitting.hold_out import Split

PLAIN_ALS: Final = ModelConfig(
    confidence=ConfidenceConfig(gain=2.14),
    base=BaseConfig(factors=83, iterations=8, unobserved=0.0617, reg=0.103, nu=0.0, beta=1.0),
)
"""Plain ALS: no frequency-scaled regularisation and, as :func:`default_systems` fits it, no exposure; tuned as long as
the base model (recipes/defaults/plain.toml)."""

TYPES: Final[dict[str, type[Recommender]]] = {
    "random": baselines.RandomRanking,
    "popularity": baselines.WorldPopularity,
    "country-popularity": baselines.CountryPopularity,
    "session-counts": baselines.SessionCounts,
    "item-item": baselines.ItemItem,
    "bm25": baselines.BM25,
    "rp3beta": baselines.RP3Beta,
    "ease": baselines.EASE,
    "bpr": baselines.BPR,
    "als": baselines.ALS,
    "tf-idf": baselines.TfIdf,
    "listening": ListeningSignal,  # the signal "listening", with its settings as keys
    "signal": OwnSignal,
}
"""Every type of system a file can name."""
_HAS_LENS: Final = (ListeningSignal, OwnSignal)  # where their groups are places


@dataclass(frozen=True)
class System:
    """One row of the report.

    Parameters
    ----------
    name
        Its name there.
    fit
        Fits the training data of a split and returns a signal over its item codes.
    lens
        Whether each query is localised to the held-out listener's country, where it is known.
    """

    name: str
    fit: Callable[[Split], Signal]
    lens: bool = False


def default_systems(config: ModelConfig | None = None, dataset: Dataset | None = None) -> list[System]:
    """Return the systems of a report that names none: baselines, our own signals and last the mixture.

    The baselines are those that everybody knows or that ours are built on; ``recipes/systems.toml`` has more, which
    take longer.

    "ALS cosine" is plain ALS (:data:`PLAIN_ALS`), which the recipes and README.md call "plain ALS cosine"; "base,
    cosine" is the base model with the exponent of the cosine.

    Parameters
    ----------
    config
        Settings of the own systems; None means the defaults.
    dataset
        Its tables decide which signals are added to those of listening; None means none.
    """
    config = config or ModelConfig()
    own = {"confidence": config.confidence, "seed": config.seed}
    plain = baselines.ALS(**dict(PLAIN_ALS.base), confidence=PLAIN_ALS.confidence, seed=config.seed)
    base = baselines.ALS(**dict(config.base), **own, exposure=True)
    item_item = baselines.ItemItem(**dict(config.co_listening), confidence=config.confidence)
    local = ListeningSignal(**dict(config.listening), base=config.base, **own)
    return [
        _system(baselines.WorldPopularity()),
        _system(baselines.CountryPopularity()),
        _system(baselines.SessionCounts()),
        _system(item_item),
        _system(plain),
        _system(base.model_copy(update={"beta": 1.0}), "base, cosine"),
        _system(base, f"base, beta {config.base.beta:g}"),
        *(
            _system(OwnSignal(signal=name, model=config))
            for name, spec in SIGNALS.items()
            if not spec.is_listening and dataset is not None and spec.has_data(dataset)
        ),
        _system(local),
        _system(OwnSignal(signal=MIXTURE, model=config)),
    ]


def load_systems(path: Path | str) -> list[System]:
    """Read a file of systems: a TOML table ``[[system]]`` for each.

    Each table has a ``type``, one of :data:`TYPES`, the settings of that type, and optionally a ``name``; with
    ``lens_on`` the queries of local models (the signal ``listening``), and of the mixture with them, are localised to
    each held-out listener's country.

    Raises
    ------
    ConfigError
        If the file is missing or not TOML, has no system or two with the same name, or has an unknown type or key
        or a value out of range.
    """
    path = Path(path)
    content = read_toml(path, remedy="see recipes/systems.toml")
    if other := sorted(content.keys() - {"system"}):
        raise ConfigError(f"unknown key '{other[0]}'", path=path, remedy="write systems as [[system]]")
    tables = content.get("system")
    if not isinstance(tables, list) or not tables:
        raise ConfigError("the file has no system", path=path, remedy="add a table [[system]] with a type")
    systems = [_read(table, f"system {number}", path) for number, table in enumerate(tables, start=1)]
    check_names(systems, path)
    return systems


def check_names(systems: list[System], path: Path | None = None) -> None:
    """Refuse two systems with the same name, and what is no system.

    Raises
    ------
    ConfigError
        If there are any.
    """
    for system in systems:
        if not isinstance(system, System):
            raise ConfigError(
                f"a system is of type {type(system).__name__}: {system!r}",
                remedy="give systems: System(name, fit), or those of a file, load_systems(path)",
            )
    names = [system.name for system in systems]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ConfigError(
            f"two systems have the name '{twice[0]}'",
            path=path,
            remedy="give each its own name: name = '...', or rename the file of neighbours",
        )


def _system(recommender: Recommender, name: str | None = None, *, lens: bool = False) -> System:
    return System(name or recommender.label + (", lens" if lens else ""), recommender.fit, lens)


def _lens_of(recommender: Recommender, lens_on: Any) -> bool:
    if not isinstance(lens_on, bool):
        raise ConfigError("lens_on: not a boolean", remedy="write it as lens_on = true")
    if lens_on and not (isinstance(recommender, _HAS_LENS) and recommender.placed):
        raise ConfigError(
            "lens_on: only listening by place, and the mixture with it, have a lens",
            remedy=_lens_remedy(recommender),
        )
    return lens_on


def _lens_remedy(recommender: Recommender) -> str:
    """Say what a system without a lens lacks to have one."""
    places = '"country" or "country-language"'
    match recommender:
        case ListeningSignal():
            return f"leave it out, or set groups = {places}"
        case OwnSignal(has_listening=True):
            return f"leave it out, or set model.listening.groups = {places}"
        case OwnSignal(signal="mixture"):
            return 'leave it out, or add "listening" to model.mixture.signals'
        case _:
            return "leave it out"


def _read(table: Any, place: str, path: Path) -> System:
    if not isinstance(table, dict):
        raise ConfigError(f"{place} is not a table", path=path, remedy="write it as [[system]]")
    kind = TYPES.get(str(table.get("type")))
    if kind is None:
        problem = f"type: unknown type '{table['type']}'" if "type" in table else "type is missing"
        raise ConfigError(f"{place}: {problem}", path=path, remedy=f"it is one of {', '.join(TYPES)}")
    name = table.get("name")
    if name is not None and not (isinstance(name, str) and name.strip()):
        raise ConfigError(f"{place}: name: not a text", path=path, remedy="write it as name = '...'")
    settings = {key: value for key, value in table.items() if key not in ("type", "name", "lens_on")}
    try:
        recommender = kind.model_validate(settings)
        return _system(recommender, name, lens=_lens_of(recommender, table.get("lens_on", False)))
    except ValidationError as error:
        key, problem = setting_at_fault(error)
        if problem == UNKNOWN_KEY:
            raise ConfigError(
                f"{place}: unknown key '{key}'", path=path, remedy=_known_keys(kind, table["type"], key)
            ) from None
        raise ConfigError(
            f"{place}: {key}: {problem}", path=path, remedy="see recipes/systems.toml"
        ) from None
    except ConfigError as error:
        raise ConfigError(f"{place}: {error.problem}", path=path, remedy=error.remedy) from None


def _known_keys(kind: type[Recommender], name: str, key: str) -> str:
    """Say which keys there are where an unknown one stands: of a type, or of a table in it."""
    *tables, _ = key.split(".")
    within: type[BaseModel] | None = kind
    for table in tables:
        field = within.model_fields.get(table) if within else None
        inner = field.annotation if field else None
        within = inner if isinstance(inner, type) and issubclass(inner, BaseModel) else None
    if tables and within:
        return f"the keys of '{'.'.join(tables)}' are {', '.join(within.model_fields)}"
    keys = ["type", "name", *(["lens_on"] if kind in _HAS_LENS else []), *kind.model_fields]
    return f"the keys of '{name}' are {', '.join(keys)}; the types are {', '.join(TYPES)}"
