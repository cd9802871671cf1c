"""Takes files in forms: from staff alone, of bounded size, and without a name on the disk.

Django reads a form when the first part of the code asks for a field of it, which is the check against forged
requests, before anybody's permissions are looked at. So the handlers of files, which it asks for each one,
decide whether there may be any. They are the only way in: `FILE_UPLOAD_HANDLERS` names them.
"""

from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, UnreadablePostError
from django.utils.translation import gettext as _

from backoffice.errors import Forbidden
from backoffice.numbers import grouped
from backoffice.requests.limits import MAX_BODY_BYTES, MAX_UPLOAD_BYTES


class NotForStrangers(PermissionDenied, UnreadablePostError):
    """A stranger sends a file. The check against forged requests reads it as a missing token, and refuses."""


class StaffAlone(FileUploadHandler):
    """The first of the handlers: refuses before anything is kept."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        self.request: HttpRequest
        if not is_from_staff(self.request) and content_length > MAX_BODY_BYTES:
            raise self._refusal()
        if content_length > MAX_UPLOAD_BYTES:
            raise RequestDataTooBig(
                _("A form may have %(most)s bytes.") % {"most": grouped(MAX_UPLOAD_BYTES)}
            )

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        if not is_from_staff(self.request):
            raise self._refusal()
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Hand the data on to the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None

    def _refusal(self) -> Exception:
        # Read no further: whoever shows the refusal asks for the form once more.
        self.request._mark_post_parse_error()  # type: ignore[attr-defined]
        detail = _("Only staff may send files: sign in first.")
        # Where the API knows its caller a view has asked for the form, and answers with a problem.
        return Forbidden(detail) if hasattr(self.request, "auth") else NotForStrangers(detail)


def is_from_staff(request: HttpRequest) -> bool:
    """Whether staff sent the request: the API knows by the token, all other pages by the session."""
    if request.path.startswith("/api/"):
        user = getattr(request, "auth", None)
    else:
        user = getattr(request, "user", None)
    return bool(user is not None and user.is_active and user.is_staff)


class UnnamedFile(FileUploadHandler):
    """Keeps a large file on the disk without a name, so that nothing is left however the process ends."""

    file: IO[bytes]

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.file = TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115  # the request closes it

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> "UploadedFile[Any]":
        self.file.seek(0)
        return UploadedFile(
            self.file,
            self.file_name,
            self.content_type,
            file_size,
            self.charset,
            self.content_type_extra,
        )

    def upload_interrupted(self) -> None:
        if hasattr(self, "file"):
            self.file.close()
