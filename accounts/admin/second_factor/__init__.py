"""Pages of the second factor: at the entrance, and on one's own account."""
