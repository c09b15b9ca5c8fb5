"""What we believe: the map of mechanisms, its edges signed, sourced and joined to equations."""
