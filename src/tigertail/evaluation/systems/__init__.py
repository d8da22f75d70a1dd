"""What an evaluation compares: our own signals, baselines, and lists of other programs."""
