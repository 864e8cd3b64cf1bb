"""Printing: values in, text out. Knows no cluster, no files and no clock."""
