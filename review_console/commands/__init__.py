"""The operator's commands by subject; `cli.py` is their entrance."""
