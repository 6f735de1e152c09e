"""The word lists of the codename, as data; see README.md beside this file."""
