"""Middleware of every request: access log, authentication, limits; :mod:`.stack` composes it."""
