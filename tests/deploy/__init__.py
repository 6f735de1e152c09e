"""The command, and the demonstration as a newcomer runs it."""
