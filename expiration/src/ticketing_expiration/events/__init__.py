"""What the service tells, and what it listens to."""
