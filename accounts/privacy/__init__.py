"""What the shop keeps of somebody, as far as it is about people and not about orders: told, and erased."""
