"""Documents about artists: mentions near each other, mentions on each other's page, and similar pages."""

from tigertail.signals.web.config import WebConfig
from tigertail.signals.web.explain import Mentions
from tigertail.signals.web.signal import Web, fit_web

__all__ = ["Mentions", "Web", "WebConfig", "fit_web"]
