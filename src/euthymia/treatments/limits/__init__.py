"""Limits of stimulation: trains of pulses, currents, light on the skin. Information, never advice."""
