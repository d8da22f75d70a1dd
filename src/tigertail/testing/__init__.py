"""Contract tests and simulated data for the tests of this project and of projects that extend it.

A new signal is checked with :func:`check_signal`, or promise by promise with :data:`SIGNAL_CHECKS`. Online evaluation
is checked with the events of a simulated :class:`Population`, whose true winner and true nDCG are known.
:class:`OpenWorld` writes dumps in the layouts of ListenBrainz and MusicBrainz.
"""

from tigertail.testing.open_data import OpenWorld
from tigertail.testing.signals import SIGNAL_CHECKS, check_signal
from tigertail.testing.simulated_listeners import Population, Responses

__all__ = ["SIGNAL_CHECKS", "OpenWorld", "Population", "Responses", "check_signal"]
