"""Replicas of the expiration service share each message."""

QUEUE_GROUP = "expiration-service"
