"""Traces: what became of one request, through all services, as spans."""
