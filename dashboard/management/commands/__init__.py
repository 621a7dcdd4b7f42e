"""Commands that need the whole site."""
