"""The laptop environment: `ticketing up` runs the marketplace on its real servers."""
