"""A Stripe for laptops and tests: it replays keys, refunds once, and can lose its answers."""
