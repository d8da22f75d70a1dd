"""The implicit-ALS solver and its compiled kernels: arrays in, arrays out, no names, no files."""

from tigertail.factorization.als import ALSConfig, Factors, als_objective, fit_als

__all__ = ["ALSConfig", "Factors", "als_objective", "fit_als"]
