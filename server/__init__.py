"""The wiring: it opens the database, listens, and says what follows from what. No other room imports it."""
