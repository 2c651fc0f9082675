"""What every room stands on: who asks, one piece of work, the clock, refusals, sealed ids, jobs and the log."""
