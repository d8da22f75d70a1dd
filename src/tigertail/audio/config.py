"""Settings of the analysis of audio files."""

from __future__ import annotations

import hashlib
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

EDITION: Final = 2
"""Raised whenever the same settings give other descriptors, so that files are analysed again."""


class AnalysisConfig(BaseModel):
    """How audio files become descriptors."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    sample_rate: int = Field(22_050, ge=12_800, le=96_000)
    """Samples a second that everything is brought to, Hz; the highest band of the contrast begins at 6,400 Hz."""
    excerpt: float = Field(120.0, gt=0, le=3_600)
    """Seconds of a file that are looked at, at most, from its middle."""
    shortest: float = Field(3.0, ge=1)
    """Seconds below which a file is too short to be described."""
    fft: int = Field(2_048, ge=256, le=16_384)
    """Samples a frame."""
    hop: int = Field(512, ge=64, le=16_384)
    """Samples from one frame to the next."""
    mels: int = Field(40, ge=16, le=128)
    """Bands of the mel spectrum."""
    mfccs: int = Field(20, ge=4, le=64)
    """Mel-frequency cepstral coefficients, the first of them the loudness; no more than there are bands."""

    @property
    def digest(self) -> str:
        """A name for these settings: descriptors of one digest compare with each other."""
        return hashlib.sha256(f"{EDITION} {self.model_dump_json()}".encode()).hexdigest()[:16]
