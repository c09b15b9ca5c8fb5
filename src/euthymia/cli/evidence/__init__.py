"""The verb `evidence`: read exports, find duplicates, ground terms, find claims, pool results, keep a base."""
