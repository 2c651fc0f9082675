"""Our API beside what a user would take instead, on one database: `python -m bench.peers --help`."""
