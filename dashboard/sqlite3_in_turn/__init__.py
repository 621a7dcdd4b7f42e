"""SQLite whose writers of one process go in turn."""
