"""Rows in a database, sealed files in a directory; nothing here can open either."""
