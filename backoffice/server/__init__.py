"""What answers HTTP: a front that nobody can hold up, threads that run Django, their processes."""
