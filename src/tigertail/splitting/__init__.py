"""Splits for training and evaluation: held-out listeners, and held-out shows."""
