"""Metrics of ranked lists, and what lists show besides accuracy."""
