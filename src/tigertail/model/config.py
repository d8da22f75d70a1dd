"""The configuration of a whole model: one TOML file, with defaults that work."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tigertail.errors import ConfigError
from tigertail.factorization import ALSConfig
from tigertail.factorization.confidence import ConfidenceConfig
from tigertail.signals.co_listening import CoListeningConfig


class ModelConfig(BaseModel):
    """Settings of a model; each part has its own table in the TOML file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 0
    """Seed of everything random."""
    beta: float = Field(0.8, ge=0, le=2)
    """Popularity exponent of the affinity from factors: 1 is the cosine, less lets stars rise."""
    confidence: ConfidenceConfig = ConfidenceConfig()
    als: ALSConfig = ALSConfig()
    co_listening: CoListeningConfig = CoListeningConfig()

    @classmethod
    def read(cls, path: Path | str) -> Self:
        """Read a configuration file.

        Raises
        ------
        ConfigError
            If the file is missing, is no TOML, or has an unknown key or a value out of range.
        """
        path = Path(path)
        try:
            return cls(**tomllib.loads(path.read_text("utf-8")))
        except FileNotFoundError:
            raise ConfigError("no such file", path=path, remedy="check the path") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"not a TOML file: {error}", path=path, remedy="see docs/model.md") from None
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in first["loc"])
            raise ConfigError(f"{key}: {first['msg']}", path=path, remedy="see docs/model.md") from None
