"""Replicas of the tickets service share each message."""

QUEUE_GROUP = "tickets-service"
