"""The demo: a small believable market, the main job played in the terminal, and then yours to try."""
