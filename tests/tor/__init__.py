"""The intake behind an onion service of a private Tor network."""
