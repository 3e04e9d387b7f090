"""idle-guard: long work left a heartbeat."""
