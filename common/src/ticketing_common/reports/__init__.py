"""What an operator is shown, put together from what each service knows by itself."""
