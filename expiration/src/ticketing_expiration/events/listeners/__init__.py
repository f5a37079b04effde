"""One file for each event the service listens to."""
