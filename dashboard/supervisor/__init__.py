"""`manage.py up`: everything the site needs, in one foreground process that watches the others."""
