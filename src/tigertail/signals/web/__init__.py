"""What is written about artists: who is mentioned beside whom, on whose page, and whose pages read alike."""

from tigertail.signals.web.config import WebConfig
from tigertail.signals.web.explain import Evidence
from tigertail.signals.web.signal import Web, fit_web

__all__ = ["Evidence", "Web", "WebConfig", "fit_web"]
