"""Backups: database, media, keys and the journal of provider ids in one file, good for either database."""
