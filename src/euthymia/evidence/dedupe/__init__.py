"""Which records are one report, and which reports are one study."""
