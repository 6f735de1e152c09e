"""HTTP: parse, call one use case, render or redirect."""
