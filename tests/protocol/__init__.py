"""Promises of the package `protocol`, one module per module."""
