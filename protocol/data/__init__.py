"""The catalogue, as data; see README.md beside this file."""
