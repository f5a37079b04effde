"""The tickets service: what is for sale, by whom, and whether an order holds it."""
