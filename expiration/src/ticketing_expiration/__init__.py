"""The expiration service: tells when an order's time to pay is over."""
