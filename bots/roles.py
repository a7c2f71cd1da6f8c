"""What a process can be; it may be all of it."""

ROLES = ("webhook", "worker", "sender", "scheduler", "projector", "console")
