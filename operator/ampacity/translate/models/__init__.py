"""Model profiles: what a replica of a model needs and does, and on which accelerators in force."""
