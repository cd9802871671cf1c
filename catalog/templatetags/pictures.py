"""The little picture of a product, beside its name."""

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString

from backoffice.pictures.names import PictureSize, picture_url

register = Library()
PIXELS, LITTLE_PIXELS = 40, 28
EMPTY = '<span class="bo-thumb{}" aria-hidden="true"><span class="material-symbols-outlined">{}</span></span>'


@register.simple_tag
def thumb(name: str, *, is_little: bool = False) -> SafeString:
    """Show the picture that `Product.picture` names, or an empty place for it.

    Readers hear the product's name beside it, so it says nothing of its own.
    """
    style, pixels = (" bo-little", LITTLE_PIXELS) if is_little else ("", PIXELS)
    if not name:
        return format_html(EMPTY, style, "image")
    return format_html(
        '<img class="bo-thumb{}" src="{}" alt="" width="{}" height="{}" loading="lazy" decoding="async">',
        style,
        picture_url(name, PictureSize.THUMB),
        pixels,
        pixels,
    )
