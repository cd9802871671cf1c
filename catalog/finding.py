"""One meaning of finding a product, for lists, the palette, orders by phone, the API and the command line."""

from django.db.models import Case, Q, QuerySet, When

from backoffice.db.search_text import holding
from backoffice.db.search_words import cleaned, is_findable, words_of
from backoffice.text import identity_key
from catalog.models import Category, Product, ProductFamily
from catalog.models.product import ProductQuerySet


def products_matching(products: ProductQuerySet, term: str, *, by_barcode: bool = True) -> ProductQuerySet:
    """Find products by words of name and SKU in any order, or parts of them, or by a whole barcode.

    Nothing is hidden by what is called exactly so. The public may not search `by_barcode`.
    """
    term = cleaned(term)
    if not term:
        return products
    if not is_findable(term):
        return products.none()
    found = Q()
    for word in words_of(term):
        found &= holding(word) | _with_code(word, by_barcode)
    return products.filter(found | _with_code(term, by_barcode))


def with_slug_or_name[M: (Category, ProductFamily)](rows: QuerySet[M], text: str) -> QuerySet[M]:
    """Find the one with this slug, or else with this name, in any case, first.

    One may be called what is the slug of another, and whoever gives a slug means that one.
    """
    slug = text.strip()
    found = rows.filter(Q(slug__iexact=slug) | Q(name_key=identity_key(text)))
    return found.order_by(Case(When(slug=slug, then=0), When(slug__iexact=slug, then=1), default=2), "pk")


def _with_code(code: str, by_barcode: bool) -> Q:
    products = Product.objects.with_code(code) if by_barcode else Product.objects.with_skus([code])
    return Q(pk__in=products.values("pk"))
