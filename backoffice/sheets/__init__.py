"""Files of rows that people bring: read within limits, whichever door they came through."""
