"""How `ampacity uninstall` hands everything back: what it finds, what it changes, in which order."""
