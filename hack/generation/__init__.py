"""What `python -m hack.generate` writes, part by part."""
