"""What Stripe understands and says, read from the installed SDK, which is generated from Stripe's specification."""
