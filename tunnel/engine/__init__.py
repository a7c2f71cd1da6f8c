"""Session + event + definition + now → new session + effects: a pure function."""
