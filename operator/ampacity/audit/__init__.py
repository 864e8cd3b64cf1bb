"""The independent checker. Works from raw objects and walks the power graph; knows no rows."""
