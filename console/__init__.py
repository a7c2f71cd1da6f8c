"""The web console's backend: the operators' JSON API, its events, its accounts. Its front end lies in `web/`."""
