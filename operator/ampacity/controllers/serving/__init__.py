"""Objects that pools are reached by: what can be made (presence), is there (existing), is to be (wanted)."""
