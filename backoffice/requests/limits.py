"""The longest bodies that are taken, the same for the server's front, Django, the API and shopctl."""

MAX_BODY_BYTES = 1_048_576
# 20 MB of a file, and what is around it in a form.
MAX_UPLOAD_BYTES = 21 * 1_048_576
