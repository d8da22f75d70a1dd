"""What does the longest parts of a fit: this machine, or something that does the same elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tigertail.factorization import Solver, fit_als
from tigertail.mixing.choice_sets import ChoiceSetFinder, find_here
from tigertail.mixing.retrieve import Chooser, choose_here
from tigertail.signals.co_listening import Products, strongest_products
from tigertail.signals.listening.solve import GroupSolver, fit_groups


@dataclass(frozen=True)
class Engine:
    """What does the longest parts of a fit; the model is the same, byte for byte, whatever does them.

    Parameters
    ----------
    solve
        What finds the factors.
    solve_groups
        What fits the local models.
    products
        What counts common listeners, and words that pages share.
    find_choice_sets
        What finds the choice sets that a mixture learns from.
    choose
        What chooses candidates.
    """

    solve: Solver = fit_als
    solve_groups: GroupSolver = fit_groups
    products: Products = strongest_products
    find_choice_sets: ChoiceSetFinder = find_here
    choose: Chooser = choose_here


HERE: Final = Engine()
