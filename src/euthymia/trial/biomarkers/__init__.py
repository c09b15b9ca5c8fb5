"""Published biological observations, simulated as they were made and laid beside what was seen."""
