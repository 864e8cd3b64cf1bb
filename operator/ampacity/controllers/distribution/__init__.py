"""Deciding in the background where pools' replicas belong: which sites are lost, and what follows."""
