"""Settings of the service: a TOML file, the environment, and the command line, each above the one before.

The environment names a setting by its path, ``TIGERTAIL_PORT`` or ``TIGERTAIL_LIMITS__RATE``, in any case. A table is
joined entry by entry: what one place leaves out of it holds as the place below has it.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)
from pydantic_settings import PydanticBaseSettingsSource as Source
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from tigertail.errors import UNKNOWN_KEY, ConfigError, setting_at_fault
from tigertail.feedback.retention import MAX_DAYS
from tigertail.model.store.signing import check_signer
from tigertail.threads import processors

PREFIX: Final = "TIGERTAIL_"
_OTHER_VARIABLES: Final = ("TIGERTAIL_DATA",)  # recipes name it
_MOST_WORKERS: Final = 256
LOCAL_HOSTS: Final = ("localhost", "127.0.0.1", "[::1]")
RENAMED: Final = {
    "rival": "challenger",
    "poll": "reload_interval",
    "grace": "shutdown_timeout",
    "open": "allow_anonymous",
    "limits.patience": "limits.read_timeout",
    "limits.waiting": "limits.max_queue",
    "limits.body": "limits.max_body_bytes",
}
"""Settings of earlier versions, and their names today."""


def _check_digest(digest: str) -> str:
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise ValueError("not a SHA-256 digest; make a key and its digest with: tigertail key")
    return digest


def _check_host(host: str) -> str:
    if not re.fullmatch(r"\*|\[[0-9a-f:.]+\]|[\w-]+(\.[\w-]+)*", host, re.ASCII | re.IGNORECASE):
        raise ValueError(
            "not a host; write its name alone, without scheme, port and path, such as music.example"
        )
    return host


def _check_origin(origin: str) -> str:
    if not re.fullmatch(r"\*|null|[a-z][a-z0-9+.-]*://[a-z0-9._:\[\]-]+", origin):
        raise ValueError(
            "not an origin; write scheme and host as a browser sends them, in small letters and without a path, "
            "such as https://player.example"
        )
    if with_port := re.fullmatch(r"(http://.*):80|(https://.*):443", origin):
        raise ValueError(f"a browser leaves this port out; write {with_port[1] or with_port[2]}")
    return origin


def _words(text: Any) -> Any:
    return text.split() if isinstance(text, str) else text


class Limits(BaseModel):
    """Limits of what one client may send, and how long it may take; ``max_queue`` is of all clients together.

    They are applied in several places: the rate in :mod:`tigertail.service.middleware.rates`, the body in
    :mod:`tigertail.service.middleware.limits`, the head in :mod:`tigertail.service.server.http_limits`, ``n`` and
    ``seeds`` in :func:`tigertail.service.api.similar.within_limits`, ``batch`` in the routes that take several,
    ``max_queue`` in :mod:`tigertail.service.serving.work_queue`. The constants in
    :mod:`tigertail.service.http.parameters` are upper bounds of any configuration; the smaller of the two holds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    rate: float | None = Field(None, gt=0)
    """Requests per second of one client (a key, an IPv4 address or an IPv6 network of 64 bits), of all workers
    together; None means no limit on loopback, and 50 elsewhere."""
    burst: int = Field(100, ge=1)
    """Requests a client may ask at once after a pause."""
    max_body_bytes: int = Field(2**20, ge=1024)
    """Size of a request's body; a larger one is refused with 413."""
    read_timeout: float = Field(10.0, gt=0)
    """Seconds a client may take to send a request's head, and as many for its body."""
    max_queue: int = Field(256, ge=1)
    """Requests of any client that may wait for one worker; more are refused with 503 and Retry-After."""
    n: int = Field(500, ge=1)
    """Longest list; 10,000 at most, whatever is set."""
    seeds: int = Field(100, ge=1)
    """Seeds of a request, at most; a history may have ten times as many entries."""
    batch: int = Field(100, ge=1)
    """Requests of one batch, at most; a delivery of feedback may hold ten times as many events."""


class Feedback(BaseModel):
    """Whether and where feedback events are stored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    on: bool = True
    """Whether feedback is stored."""
    store: SecretStr | None = None
    """A SQLite file, or the URL of a database; None means the file ``MODEL-feedback.sqlite`` beside the model."""
    consent: bool = False
    """Whether events are refused unless their sender states that the listener consented."""
    keep_days: int | None = Field(None, ge=1, le=MAX_DAYS)
    """Days events are kept; None means for good."""


class Settings(BaseModel):
    """Everything that can be set."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    model: Path
    """The model's folder."""
    challenger: Path | None = None
    """Folder of a second model: where a request names a listener, the list is interleaved from both models."""
    host: str = "127.0.0.1"
    """Address to listen at."""
    port: int = Field(8000, ge=0, le=65535)
    """Port to listen at."""
    workers: int = Field(default_factory=lambda: min(processors(), _MOST_WORKERS), ge=1, le=_MOST_WORKERS)
    """Processes that answer; they share the model's arrays."""
    hosts: tuple[Annotated[str, AfterValidator(_check_host)], ...] | None = None
    """Host headers that are accepted; None means localhost on loopback, and any elsewhere."""
    origins: tuple[Annotated[str, AfterValidator(_check_origin)], ...] = ()
    """Origins of other sites' pages that may ask from a browser (CORS), such as https://player.example; * for all."""
    keys: dict[str, Annotated[str, AfterValidator(_check_digest)]] = Field(default_factory=dict)
    """SHA-256 of each key, by a name that logs may show; ``tigertail key`` makes one. Where any is set, clients
    need one, on loopback too. Those of the file and of the environment hold together."""
    signers: Annotated[
        tuple[Annotated[str, AfterValidator(check_signer)], ...], BeforeValidator(_words), NoDecode
    ] = ()
    """Public keys, one of which must have signed every model; ``tigertail signing-key`` prints one. None is needed
    where this is empty. In the environment they are separated by spaces."""
    allow_anonymous: bool = False
    """Whether the service starts without keys where other machines can reach it; keys that are set are needed still."""
    reload_interval: float = Field(1.0, gt=0)
    """Seconds between checks for a new model."""
    cache: int = Field(64, ge=0)
    """MiB of responses that each worker caches."""
    shutdown_timeout: int = Field(10, ge=0)
    """Seconds that running requests are given when the service is stopped."""
    evaluation: Path | None = None
    """A report.json of ``tigertail evaluate --report``, shown on the page."""
    unlisted: tuple[str, ...] | None = None
    """Items that no answer lists, by id, MBID or name, or "special-purpose"; None means those of the model."""
    players_place: str | None = None
    """The country or region, by code or name, whose view the APIs of players give where a request names none."""
    explorer: bool = True
    """Whether to serve the page."""
    limits: Limits = Limits()
    """What one client may ask."""
    feedback: Feedback = Feedback()
    """Whether and where feedback events are stored."""

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        if self.host.lower() == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def allowed_hosts(self) -> list[str]:
        """Host headers that are accepted, ``*`` for any."""
        if self.hosts is not None:
            return list(self.hosts)
        return [*LOCAL_HOSTS, self.host] if self.loopback else ["*"]

    @property
    def store(self) -> str | None:
        """Where feedback is stored; None where it is not."""
        if not self.feedback.on:
            return None
        if self.feedback.store is not None:
            return self.feedback.store.get_secret_value()
        model = Path(os.path.abspath(self.model))  # noqa: PTH100 - ".." is no name, and links are kept
        return str(model.parent / f"{model.name}-feedback.sqlite")

    @property
    def rate(self) -> float | None:
        """Requests per second of one client; None for no limit."""
        if self.limits.rate is not None or self.loopback:
            return self.limits.rate
        return 50.0

    def to_json(self) -> str:
        """Return all settings, secrets too, for the workers alone."""
        plain = self.model_dump(mode="json")
        if self.feedback.store is not None:
            plain["feedback"]["store"] = self.feedback.store.get_secret_value()
        return json.dumps(plain)


def _check_environment() -> None:
    """Refuse a variable with an old name or at most two wrong letters, in any case; others may be of other use.

    Raises
    ------
    ConfigError
        If there is one.
    """
    given = _given_variables()
    for old, new in RENAMED.items():
        if _variable(old) in given:
            raise ConfigError(
                f"{_variable(old)} is unknown", remedy=f"the setting is now named {_variable(new)}"
            )
    known = _known_variables()
    for name in unknown_variables():
        close = process.extractOne(name, known, scorer=Levenshtein.distance, score_cutoff=2)
        if close is not None:
            raise ConfigError(f"{name} is unknown", remedy=f"did you mean {close[0]}?")


def unknown_variables() -> list[str]:
    """Return the variables with our prefix, in capitals, that are no settings."""
    known = {*_known_variables(), *_OTHER_VARIABLES}
    return sorted(
        name
        for name in _given_variables()
        # After KEYS stands a name that the user chose.
        if name.startswith(PREFIX) and name not in known and not name.startswith(f"{PREFIX}KEYS")
    )


def _known_variables() -> list[str]:
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    for section, model in (("LIMITS", Limits), ("FEEDBACK", Feedback)):
        known += [f"{PREFIX}{section}__{name.upper()}" for name in model.model_fields]
    return known


def _given_variables() -> list[str]:
    """Return the names in the environment in capitals; a setting may be there in any case."""
    return [name.upper() for name in os.environ]


def _variable(key: str) -> str:
    return PREFIX + key.replace(".", "__").upper()


def _wrong(
    key: str, problem: str, given: Mapping[str, Any], environment: Mapping[str, Any], file: Path | None
) -> ConfigError:
    """Return the error of a wrong setting, with the place where its value stands."""
    remedy = "see docs/service.md for the settings"
    if problem == UNKNOWN_KEY and key in RENAMED:
        remedy = f"the setting is now named {RENAMED[key]}"
    if _has(given, key):
        return ConfigError(f"{key}: {problem}", remedy=remedy)
    if _has(environment, key):
        if problem.startswith("expected a table"):
            remedy += '; in the environment a table is JSON, such as {"key": "value"}'
        return ConfigError(f"{_in_environment(key)}: {problem}", remedy=remedy)
    return ConfigError(f"{key}: {problem}", path=file, remedy=remedy)


def _has(values: Mapping[str, Any], key: str) -> bool:
    """Return whether a setting, or the list that it is an entry of, is among some values."""
    found: Any = values
    for part in key.split("."):
        if not isinstance(found, Mapping):
            return True
        if part not in found:
            return False
        found = found[part]
    return True


def _in_environment(key: str) -> str:
    """Return a setting of the environment as the variable it stands in, and the path to it in the JSON of that."""
    parts = key.split(".")
    for end in range(len(parts), 0, -1):
        variable = _variable(".".join(parts[:end]))
        if variable in _given_variables():
            return ": ".join([variable, *parts[end:]])
    return key


def read_settings(file: Path | None = None, **given: Any) -> Settings:
    """Gather the settings.

    Parameters
    ----------
    file
        A TOML file.
    **given
        Settings that stand above the environment and the file; None leaves one to them.

    Raises
    ------
    ConfigError
        If a setting is unknown or wrong, the file cannot be read, the challenger is the model itself, or the service
        would be open to a network without keys.
    """

    class Sources(BaseSettings, Settings):
        model_config = SettingsConfigDict(
            env_prefix=PREFIX, env_nested_delimiter="__", env_ignore_empty=True, toml_file=file
        )

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: Source,
            env_settings: Source,
            dotenv_settings: Source,
            file_secret_settings: Source,
        ) -> tuple[Source, ...]:
            return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    _check_environment()
    given = {name: value for name, value in given.items() if value is not None}
    try:
        if file is not None and not file.is_file():
            raise ConfigError(
                "not a file" if file.exists() else "no such file",
                path=file,
                remedy="write one as in docs/service.md, or leave it out",
            )
        found = Sources(**given)
    except ValidationError as error:
        if error.errors()[0]["type"] == "missing":  # all but the model have a default
            raise ConfigError(
                "no model is given",
                path=file,
                remedy="name its folder: tigertail serve MODEL; or set model in the file, or TIGERTAIL_MODEL",
            ) from None
        raise _wrong(*setting_at_fault(error), given, EnvSettingsSource(Sources)(), file) from None
    except SettingsError as error:  # a variable that is not JSON
        raise ConfigError(
            f"the environment cannot be read ({error})",
            remedy="see docs/service.md: lists and tables are JSON there",
        ) from None
    except OSError as error:
        raise ConfigError(
            f"cannot be read ({error.strerror})", path=file, remedy="let the service's user read it"
        ) from None
    except ValueError as error:  # not TOML
        raise ConfigError(f"cannot be read ({error})", path=file, remedy="see docs/service.md") from None
    settings = Settings.model_validate(found.model_dump())  # a class that reads no sources
    if not (settings.loopback or settings.keys or settings.allow_anonymous):
        raise ConfigError(
            f"{settings.host} can be reached from other machines, and no key is set",
            remedy="make one with: tigertail key; or set allow_anonymous = true behind a proxy that checks keys",
        )
    if settings.challenger is not None and settings.challenger.resolve() == settings.model.resolve():
        raise ConfigError(
            "challenger is the folder of model",
            remedy="name the folder of another model, or leave challenger out",
        )
    return settings
