"""One person's data: told as a file, erased so that the books stay whole, and erased in time by itself."""
