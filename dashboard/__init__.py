"""The site: whatever a browser, a script or a process manager touches."""
