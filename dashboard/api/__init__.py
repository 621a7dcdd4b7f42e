"""For scripts: REST under /api/v1, and the gateway that speaks Together's own protocol."""
