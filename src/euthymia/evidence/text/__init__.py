"""Texts read: sentences, names of things and what they stand for, and claims with the exact sentence."""
