"""The promises of crypto/."""
