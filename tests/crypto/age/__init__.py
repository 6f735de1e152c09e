"""The promises of crypto/age/, also beside three other implementations."""
