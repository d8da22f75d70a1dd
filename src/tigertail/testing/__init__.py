"""Doubles and contract tests that other projects can use as well."""
