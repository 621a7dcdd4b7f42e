"""What leaves for spreadsheets, scripts and finance tools: tables, written row by row as they are read.

`tables` says which columns there are, `focus` the same for the FinOps format, `streams` writes them.
"""
