"""The processes: command line, settings, wiring, webhook, worker, sender, scheduler."""
