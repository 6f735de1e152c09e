"""Tests; the folders mirror the packages, and end_to_end drives the whole house."""
