"""What a pool is reached by: which objects there should be, and which part of whose traffic goes where."""
