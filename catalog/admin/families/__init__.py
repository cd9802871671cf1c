"""The pages of families: the list, the page of one, and how its products come, change and go."""
