"""An app of the tests alone: it may empty tables that nothing else may."""
