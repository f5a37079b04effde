"""What `ticketing trace` shows: the traces that were kept on this machine."""
