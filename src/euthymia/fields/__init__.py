"""Room: from device and placement to dose at the cortex. Physics alone; what a dose does belongs to the model."""
