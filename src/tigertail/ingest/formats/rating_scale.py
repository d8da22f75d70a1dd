"""The scale of ratings, as a recipe or a caller gives it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, FiniteFloat


def _of_two(scale: Any) -> Any:
    if not (isinstance(scale, list | tuple) and len(scale) == 2):
        raise ValueError(f"'{scale}' is not the lowest and the highest rating, such as [1, 5]")
    return scale


def _ascending(scale: tuple[float, float]) -> tuple[float, float]:
    low, high = scale
    if not low < high:
        raise ValueError(f"the lowest rating comes first, then the highest; {low:g} is not below {high:g}")
    return scale


RatingScale = Annotated[tuple[FiniteFloat, FiniteFloat], BeforeValidator(_of_two), AfterValidator(_ascending)]
"""The lowest and the highest rating."""
