"""Settings of the solver."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ALSConfig(BaseModel):
    """Settings of the implicit-ALS solver, in the units of the confidences; the formulas are in :mod:`.als`.

    Those without a default depend on the data: ``BaseConfig.solver`` (:mod:`tigertail.model.config`) works them out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    factors: int = Field(ge=1, le=4096)
    """Length of the vectors."""
    iterations: int = Field(ge=1)
    """Sweeps over both sides."""
    reg: float = Field(gt=0)
    """Regularisation, before it is scaled by frequency."""
    nu: float = Field(ge=0, le=2)
    """Exponent of the frequency-scaled regularisation: 0 is the same for every row."""
    alpha0: float = Field(gt=0)
    """Weight of an unobserved pair."""
    cg_steps: int = Field(2, ge=1)
    """Conjugate-gradient steps of a row in a sweep, from where the sweep before left it; more lower the objective of a
    sweep by next to nothing (``benchmarks/als.py`` has it beside that of solvers with three)."""
    init_length: float = Field(0.1, gt=0)
    """Root mean square length of the initial item vectors; those of the listeners begin at 0."""
    storage: Literal["float16", "float32"] = "float16"
    """How a sweep reads the side that is fixed: float16 has half the bytes to wait for. Sums are float32 in both.
    Where the processor has no instructions for float16, float32 is read, with a warning."""

    @property
    def reads_float16(self) -> bool:
        """Whether a sweep reads the fixed side in float16: that is its storage, and the processor can."""
        from tigertail.instructions import has_float16

        return self.storage == "float16" and has_float16()
