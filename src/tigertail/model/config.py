"""The configuration of a whole model: one TOML file, with defaults that work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tigertail.errors import ConfigError, setting_at_fault
from tigertail.factorization import ALSConfig, Observable
from tigertail.factorization.confidence import ConfidenceConfig
from tigertail.io.files import read_toml
from tigertail.mixing.config import MixtureConfig, RetrievalConfig
from tigertail.signals.annotation import AnnotationConfig
from tigertail.signals.audio import AudioConfig
from tigertail.signals.backoff.signal import BackOffConfig
from tigertail.signals.co_listening import CoListeningConfig
from tigertail.signals.listening import ListeningConfig
from tigertail.signals.pairs import PairsConfig
from tigertail.signals.sequences.signal import SequencesConfig
from tigertail.signals.web import WebConfig
from tigertail.sparse import CSR


class BaseConfig(BaseModel):
    """Settings of the base model, in units that carry over to other datasets; :meth:`solver` converts them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    factors: int = Field(128, ge=1, le=4096)
    """Length of the vectors."""
    iterations: int = Field(6, ge=1)
    """Sweeps; further ones lower the objective, but make lists no better."""
    unobserved: float = Field(0.02, gt=0)
    """Weight of an unobserved pair, as a share of the mean confidence of an observed one."""
    reg: float = Field(0.08, gt=0)
    """Regularisation of the average listener, as a share of the confidence of all they listen to."""
    nu: float = Field(1.0, ge=0, le=2)
    """Exponent of the frequency-scaled regularisation: 0 is the same for everyone."""
    beta: float = Field(0.5, ge=0, le=2)
    """Popularity exponent of the affinity: 1 is the cosine, less lets stars rise."""

    def solver(self, confidence: CSR, observable: Observable | None = None) -> ALSConfig:
        """Return the solver's settings for a matrix of confidences.

        With n and c the mean number of entries of a listener and their mean confidence, the solver's reg is
        ``reg * n * c / (n + a * items)^nu`` with ``a = unobserved * c``. Its alpha0 is a where every pair could be
        observed, and ``a / sqrt(s)`` where a share s of them could: between the same weight of each such pair and the
        same weight of all together, as chosen on inner held-out listeners in trials that are not kept as a command.
        """
        mean_confidence = float(confidence.data.mean(dtype=np.float64))
        entries = confidence.nnz / confidence.shape[0]
        share = 1.0 if observable is None else float(observable.row_sizes.mean()) / confidence.shape[1]
        weight = self.unobserved * mean_confidence
        scale = (entries + weight * confidence.shape[1]) ** self.nu
        return ALSConfig(
            factors=self.factors,
            iterations=self.iterations,
            alpha0=weight / share**0.5,
            reg=self.reg * entries * mean_confidence / scale,
            nu=self.nu,
        )


RENAMED: Final = {
    "annotation.believe": "annotation.estimate_reliability",
    "annotation.caution": "annotation.smoothing",
    "annotation.cheapness": "annotation.spam_tolerance",
    "annotation.company": "annotation.co_annotation_weight",
    "annotation.contested": "annotation.contested_weight",
    "annotation.expert": "annotation.expert_weight",
    "annotation.power": "annotation.opinion_exponent",
    "annotation.scarcity": "annotation.norm_floor",
    "audio.evidence": "audio.min_listeners",
    "back_off.listeners": "back_off.shrinkage",
    "local": "listening",
    "mixture.background": "mixture.negatives",
    "mixture.balance": "mixture.stratum_balance",
    "mixture.candidates": "mixture.answers_per_signal",
    "mixture.correction": "mixture.popularity_correction",
    "mixture.drop": "mixture.signal_dropout",
    "mixture.most": "mixture.max_listeners",
    "mixture.penalty": "mixture.prior_precision",
    "mixture.slope": "mixture.beta_slope",
    "web.beside": "web.co_mention_weight",
    "web.common": "web.max_document_frequency",
    "web.page": "web.page_mention_weight",
    "web.terms": "web.max_terms_per_page",
    "web.text": "web.text_similarity_weight",
}
"""Tables and settings of earlier releases, and their names today."""


def _leaves(settings: Mapping[str, Any], *table: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield where each setting stands, and its value."""
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, *table, name)
        else:
            yield (*table, name), value


class ModelConfig(BaseModel):
    """Settings of a model; each part has its own table in the TOML file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(0, ge=0)
    """Seed of everything random but the landmarks of the audio signal, which have their own."""
    unlisted: tuple[str, ...] | None = None
    """Items that no answer lists, by id, MBID or name; "special-purpose" stands for Various Artists, [unknown] and
    others of their kind. None means those of the dataset's recipe, else "special-purpose"."""
    confidence: ConfidenceConfig = ConfidenceConfig()
    base: BaseConfig = BaseConfig()
    listening: ListeningConfig = ListeningConfig()
    co_listening: CoListeningConfig = CoListeningConfig()
    annotation: AnnotationConfig = AnnotationConfig()
    audio: AudioConfig = AudioConfig()
    web: WebConfig = WebConfig()
    sequences: SequencesConfig = SequencesConfig()
    pairs: PairsConfig = PairsConfig()
    back_off: BackOffConfig = BackOffConfig()
    mixture: MixtureConfig = MixtureConfig()
    retrieval: RetrievalConfig = RetrievalConfig()

    @model_validator(mode="after")
    def _of_finite_numbers(self) -> Self:
        """Refuse infinity, which lies above every lower bound; here, so that no setting is forgotten."""
        odd = [(key, value) for key, value in _leaves(self.model_dump()) if value in (inf, -inf)]
        if odd:
            raise ValidationError.from_exception_data(
                type(self).__name__,
                [{"type": "finite_number", "loc": key, "input": value} for key, value in odd],
            )
        return self

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
            return cls(**read_toml(path, remedy="see docs/model.md"))
        except ValidationError as error:
            key, problem = setting_at_fault(error)
            remedy = f"its name is now {RENAMED[key]}" if key in RENAMED else "see docs/model.md"
            raise ConfigError(f"{key}: {problem}", path=path, remedy=remedy) from None
