"""Promises that hold for everything a format can say, across packages."""
