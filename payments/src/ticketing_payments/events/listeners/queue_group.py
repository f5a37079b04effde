"""Replicas of the payments service share each message."""

QUEUE_GROUP = "payments-service"
