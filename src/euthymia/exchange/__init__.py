"""In and out: other people's formats. SBML is read into the engine's own form and written from our models."""
