"""The ceremony, held at a real pseudo-terminal."""
