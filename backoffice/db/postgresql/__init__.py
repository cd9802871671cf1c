"""Django's PostgreSQL, which knows without a round trip that a kept connection is alive."""
