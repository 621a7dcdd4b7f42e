"""The door: the only place that speaks HTTP to the provider."""
