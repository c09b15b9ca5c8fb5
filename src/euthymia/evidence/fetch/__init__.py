"""The only part that reaches a network, and only when asked: PubMed and ClinicalTrials.gov."""
