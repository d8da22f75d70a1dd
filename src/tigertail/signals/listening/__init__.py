"""Local models: what each group of listeners knows, combined by how well it knows it; and the lens."""

from tigertail.signals.listening.config import ListeningConfig
from tigertail.signals.listening.fit import fit_listening, group_listeners, join_groups
from tigertail.signals.listening.groups import Groups
from tigertail.signals.listening.signal import GroupedCoListening

__all__ = [
    "GroupedCoListening",
    "Groups",
    "ListeningConfig",
    "fit_listening",
    "group_listeners",
    "join_groups",
]
