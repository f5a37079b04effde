"""What the processes write: into their log files, and some of it to the terminal."""
