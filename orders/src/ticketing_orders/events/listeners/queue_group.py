"""Replicas of the orders service share each message."""

QUEUE_GROUP = "orders-service"
