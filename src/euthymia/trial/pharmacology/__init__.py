"""Published observations of drugs, simulated as they were made and laid beside what was seen."""
