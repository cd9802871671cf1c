"""What a shopkeeper may change while the shop runs: the table of settings, and what is in force."""
