"""What a project's clips of a period cost, for a client: read once from the ledger, shown in three forms.

`sums` reads it, `sheet` writes it as CSV, `paper` as PDF; the page shows the same lines.
"""
