"""A second factor beside the password: codes of an app, passkeys, recovery codes."""
