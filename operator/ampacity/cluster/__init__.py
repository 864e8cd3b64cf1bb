"""I/O with one Kubernetes cluster: lean watches, the lease, the holds object, executing grants."""
