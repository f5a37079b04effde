"""Figures for Prometheus: counted in plain numbers, and put into its format when it asks."""
