"""Money: the ledger, and the limits a job falls under."""
