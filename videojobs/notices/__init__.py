"""Tell people: in the page, and by mail where one is set up."""
