"""Ground truth: which items are similar to which, from curated lists or from a simulated world."""
