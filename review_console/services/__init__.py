"""Use cases: small callables that hold their effects and own their transaction."""
