"""What is known of a request at any door: where it comes from, how much of it is taken, and how often."""
