"""How much of a request is taken, whoever asks: the front of the server, Django, the API, shopctl."""

MAX_BODY_BYTES = 1_048_576
# 20 MB of a file, and what is around it in a form.
MAX_UPLOAD_BYTES = 21 * 1_048_576
