"""Pictures that somebody sent: judged, drawn anew, and kept in the storage that the settings name."""
