"""Documents about artists: mentions near each other, mentions on each other's page, and similar pages."""

from tigertail.signals.web.config import WebConfig
from tigertail.signals.web.explain import MentionCounts
from tigertail.signals.web.signal import Web, fit_web

__all__ = ["MentionCounts", "Web", "WebConfig", "fit_web"]
