"""Bibliographic and registry records as exported: what each format says, and nothing more.

Readers for PubMed XML, MEDLINE/nbib, RIS, BibTeX, CSV and ClinicalTrials.gov JSON. A record is not yet a report, and a
report not yet a study: those are decisions, made in `evidence.dedupe`.
"""
