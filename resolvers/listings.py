"""Listings: asking for them, offering them and taking them back."""
