"""The implicit-ALS solver and its compiled kernels: arrays in, arrays out, no names, no files."""

from tigertail.factorization.als import Factors, Solver, als_objective, fit_als
from tigertail.factorization.config import ALSConfig
from tigertail.factorization.half_sweep import fold_in, half_sweep
from tigertail.factorization.observable import Observable
from tigertail.factorization.partial_refit import partial_refit
from tigertail.factorization.ridge import ridge_towards

__all__ = [
    "ALSConfig",
    "Factors",
    "Observable",
    "Solver",
    "als_objective",
    "fit_als",
    "fold_in",
    "half_sweep",
    "partial_refit",
    "ridge_towards",
]
