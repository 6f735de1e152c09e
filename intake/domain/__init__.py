"""What the intake is about: deposits, uploads, days. No framework, no effects."""
