"""Running processes: start them, know when they are ready, keep them running, stop them."""
