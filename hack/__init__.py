"""Development tooling: the local control plane, simulated nodes, generators, the demo. Not in the wheel."""
