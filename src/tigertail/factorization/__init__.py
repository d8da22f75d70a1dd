"""The implicit-ALS solver and its compiled kernels: arrays in, arrays out, no names, no files."""

from tigertail.factorization.als import Factors, Solver, als_objective, fit_als
from tigertail.factorization.blocks import Basis
from tigertail.factorization.config import ALSConfig
from tigertail.factorization.folding_in import basis_of, basis_of_product, fold_in, solve_rows
from tigertail.factorization.observable import Observable
from tigertail.factorization.refit import partial_refit
from tigertail.factorization.ridge import ridge_towards

__all__ = [
    "ALSConfig",
    "Basis",
    "Factors",
    "Observable",
    "Solver",
    "als_objective",
    "basis_of",
    "basis_of_product",
    "fit_als",
    "fold_in",
    "partial_refit",
    "ridge_towards",
    "solve_rows",
]
