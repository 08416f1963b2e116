"""Django's backend for Postgres, wording what every page asks in half the time (docs/decisions/0053)."""
