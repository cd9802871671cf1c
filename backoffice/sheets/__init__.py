"""Reads and writes files of rows, within limits, whichever door they came through."""
