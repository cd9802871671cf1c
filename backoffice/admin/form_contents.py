"""What a form held that could not be carried out, to be offered again to whoever typed it."""

from django.conf import settings
from django.http import HttpRequest


def is_sent_from_here(request: HttpRequest) -> bool:
    """Whether a page of this shop sent the form. No page can set the Origin header: the browser does.

    A stranger's page could have filled the form in, and the user would only have to press the button.
    """
    return request.headers.get("Origin") in (f"{request.scheme}://{request.get_host()}", settings.SHOP_URL)


def typed_in(request: HttpRequest) -> list[tuple[str, str]] | None:
    """What the form held; None if it held a password or a file, which must be typed or chosen anew."""
    fields = [(name, str(value)) for name, values in request.POST.lists() for value in values]
    typed = [(name, value) for name, value in fields if name != "csrfmiddlewaretoken"]
    is_secret = any("password" in name.lower() or name == "old" for name, _value in typed)
    return None if not typed or is_secret or request.FILES else typed
