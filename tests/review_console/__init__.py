"""Tests of the review console."""
