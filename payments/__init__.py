"""Money in, shares out. It knows payers, payees, amounts and an opaque reference; it knows no fashion."""
