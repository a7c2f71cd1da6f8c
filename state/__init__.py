"""Redis: sessions, inboxes, outboxes, timers, limits, journal; Lua scripts; the embedded server."""
