"""The implicit-ALS solver and its compiled kernels: arrays in, arrays out, no names, no files."""
