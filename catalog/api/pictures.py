"""Pictures of one product, for staff who may edit it; everybody sees them with the product."""

from django.http import HttpRequest, HttpResponse
from ninja import File, Query, Router, UploadedFile
from pydantic import BaseModel, Field

from accounts.api.auth import require
from backoffice.api.idempotency import DOCUMENTED, answer_once_for, kept_answer
from backoffice.db.transactions import write_transaction
from backoffice.requests.json_reply import Reply, matched_version, rendered
from catalog.api.planning import digest_of
from catalog.api.products import refuse_if_stale
from catalog.api.schemas import AltText, PictureOut, PicturePatch
from catalog.pictures import (
    MOST_BYTES,
    add_picture,
    describe_picture,
    drawn,
    move_picture,
    picture_named,
    remove_picture,
)
from catalog.readers.products import picture_as_data

picture_router = Router(tags=["Pictures"])


class PictureQuery(BaseModel):
    alt: AltText = Field("", description="What it shows, for whoever cannot see it.")


@picture_router.post(
    "/products/{sku}/pictures",
    response={201: PictureOut},
    operation_id="add_picture",
    summary="Add a picture",
    openapi_extra=DOCUMENTED,
)
def add(request: HttpRequest, sku: str, file: File[UploadedFile], query: Query[PictureQuery]) -> HttpResponse:
    """Add a picture behind the others: JPEG, PNG or WebP, at most 10 MB. It is drawn anew, without metadata.

    The same file once more adds nothing, and is answered with the picture that is there.
    """
    actor = require(request, "catalog.change_product")
    content = f"{digest_of(file)} {query.alt}".encode()
    if kept := kept_answer(request, content):
        return kept.to(request)
    # Drawn and stored before the answer's transaction begins, so that no writer waits.
    picture = drawn(file.read(MOST_BYTES + 1))
    added = add_picture(sku, picture, by=actor, file_name=file.name or "", alt=query.alt)
    return answer_once_for(request, content, lambda: rendered(picture_as_data(added), status=201)).to(request)


@picture_router.patch(
    "/products/{sku}/pictures/{picture}",
    response=PictureOut,
    operation_id="change_picture",
    summary="Change a picture",
)
def change(request: HttpRequest, sku: str, picture: str, body: PicturePatch) -> HttpResponse:
    """Change its alt text or its place; the first place is the one that lists show.

    With `If-Match`, the product's, it is refused when the product changed meanwhile.
    """
    actor = require(request, "catalog.change_product")
    version = matched_version(request)

    @write_transaction
    def run() -> Reply:
        refuse_if_stale(sku, version)
        changes = body.changes()
        if "alt" in changes:
            describe_picture(sku, picture, alt=body.alt, by=actor)
        if "position" in changes:
            move_picture(sku, picture, position=body.position, by=actor)
        return rendered(picture_as_data(picture_named(sku, picture)))

    return run().to(request)


@picture_router.delete(
    "/products/{sku}/pictures/{picture}",
    response={204: None},
    operation_id="remove_picture",
    summary="Remove a picture",
)
def remove(request: HttpRequest, sku: str, picture: str) -> HttpResponse:
    """Take a picture away, with its files. This cannot be undone."""
    remove_picture(sku, picture, by=require(request, "catalog.change_product"))
    return HttpResponse(status=204)
