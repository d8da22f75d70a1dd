"""Exact top-k with ties broken deterministically, and the popularity exponent."""
