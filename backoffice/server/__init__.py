"""The HTTP server: a front that nobody can hold up, threads that run Django, and their processes."""
