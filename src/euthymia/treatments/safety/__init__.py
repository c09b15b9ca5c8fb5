"""Rules about which drugs may meet, how long apart, how much of them, and in whom."""
