"""One module per channel, all of one shape: capabilities → verify → parse → render → send."""
