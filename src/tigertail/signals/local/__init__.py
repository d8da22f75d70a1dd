"""Local models: what each group of listeners knows, combined by how well it knows it; and the lens."""

from tigertail.signals.local.config import LocalConfig
from tigertail.signals.local.fit import fit_listening, group_listeners, join_groups
from tigertail.signals.local.groups import Groups
from tigertail.signals.local.signal import GroupedCoListening

__all__ = ["GroupedCoListening", "Groups", "LocalConfig", "fit_listening", "group_listeners", "join_groups"]
