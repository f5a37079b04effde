"""The auth service: who may sign up, in and out, and who is signed in."""
