"""Agreement with ground truth that is no listener's: curated lists, and simulated worlds."""
