"""Who may come in: passwords, sessions, one-time links, codes, back-off, audit."""
