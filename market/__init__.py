"""The business: parties, twins and their rights, listings, bids, consent and licences."""
