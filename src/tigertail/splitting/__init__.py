"""Splits for training and evaluation: held-out listeners, and ground truth from other sources."""
