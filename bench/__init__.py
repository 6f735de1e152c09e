"""Benchmarks: each prints its figures beside a peer or a limit, and a verdict."""
