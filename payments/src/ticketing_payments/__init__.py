"""The payments service: charges exactly once, refunds what came too late."""
