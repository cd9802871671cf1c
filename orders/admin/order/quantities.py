"""Dialogs that ask for a quantity of each line, and say what will happen before the click."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _

from backoffice.db.typed_numbers import WholeNumberInput
from backoffice.errors import Fault, Refusal
from orders.admin import counted
from orders.admin.order.order_dialog import OrderDialog
from orders.models import OrderLine

# Sent by the page that asks what would happen; nothing is done then.
FORESEE = "foresee"
MOST_WITHOUT_SEARCH = 8
MOST_UNITS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Consequence:
    """What the dialog would do with the quantities as they are."""

    what: str
    # How the amount comes about, or what else is to be known.
    because: str = ""
    # What becomes of the units.
    note: str = ""
    button: str = ""
    # What each line's units are worth, by the name of its field.
    figures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cell:
    head: str | Promise
    text: str


@dataclass(frozen=True, slots=True)
class QuantityRow:
    line: OrderLine
    picture: str
    cells: Sequence[Cell]
    quantity: forms.BoundField
    # How many of them are written off, where that is asked.
    of_these: forms.BoundField | None
    figure: str
    # The dialog was opened from this line.
    is_meant: bool

    @property
    def written_off(self) -> str:
        return _("written off %(sku)s") % {"sku": self.line.sku}


class QuantitiesDialog(OrderDialog):
    """A quantity for each line of which something is left, the line it was opened from first."""

    form_before_template = "orders/admin/quantities.html"
    # The heads of the columns between the line and its quantity; of the quantity, and of what it is worth.
    heads: ClassVar[Sequence[str | Promise]] = ()
    quantity_head: str | Promise = ""
    of_these_head: str | Promise = ""
    figure_head: str | Promise = ""
    # The button that takes all that is left; "" where all is taken to begin with.
    everything: str | Promise = ""
    # The button that takes none of it.
    nothing: str | Promise = ""
    # Whether something is said about what becomes of the units.
    says_note = False

    class Media:
        css: ClassVar[Any] = {"all": ("orders/quantities.css",)}
        js = (forms.Script("orders/quantities.js", type="module"),)

    def left_of(self, line: OrderLine) -> int:
        raise NotImplementedError

    def cells_of(self, line: OrderLine) -> Sequence[str]:
        """Return what stands below the heads."""
        raise NotImplementedError

    def prefilled(self, line: OrderLine) -> int:
        """Return all that is left of the line that is meant, or of the only one; nothing of others."""
        is_meant = str(line.pk) == self.meant or len(self.left) == 1
        return self.left_of(line) if is_meant else 0

    def foresee(self, chosen: list[tuple[OrderLine, int]], data: Mapping[str, Any]) -> Consequence:
        """Say what would happen. Raises Refusal."""
        raise NotImplementedError

    def carry_out_for(self, chosen: list[tuple[OrderLine, int]], data: dict[str, Any]) -> None:
        raise NotImplementedError

    @property
    def meant(self) -> str:
        """Return the key of the line from which the dialog was opened, "" if from none."""
        return self.request.GET.get("line", "")

    @property
    def left(self) -> list[OrderLine]:
        lines = [line for line in self.lines if self.left_of(line)]
        return sorted(lines, key=lambda line: str(line.pk) != self.meant)

    def add_fields(self) -> None:
        for line in self.left:
            self.add_line(line)

    def add_line(self, line: OrderLine) -> None:
        self.add_number(field_of_line(line), label=name_of(line), most=self.left_of(line))
        quantity = self.fields[field_of_line(line)]
        quantity.initial = self.prefilled(line)
        if str(line.pk) == self.meant:
            quantity.widget.attrs["autofocus"] = True

    def add_number(self, name: str, *, label: str, most: int) -> None:
        """Ask for a number of units. More than there are is refused by the use case, which says it better."""
        self.fields[name] = WholeNumberInput(
            label=label,
            min_value=0,
            max_value=MOST_UNITS,
            required=False,
            widget=forms.NumberInput(
                {
                    "min": 0,
                    "data-most": most,
                    "inputmode": "numeric",
                    "autocomplete": "off",
                    "aria-label": label,
                    "aria-describedby": f"about_{name}",
                }
            ),
        )

    # What the table shows

    def asked(self) -> list[forms.BoundField]:
        """Return the fields below the table."""
        return [self[name] for name in self.fields if not name.startswith(("quantity_", "written_off_"))]

    def get_before_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        consequence = self.consequence
        rows = [self._row(line, consequence) for line in self.left]
        return {
            "dialog": self,
            "rows": rows,
            "count": counted.lines(len(rows)),
            "has_search": len(rows) > MOST_WITHOUT_SEARCH,
            "has_many": len(rows) > 1,
            "note": consequence.note,
        }

    def _row(self, line: OrderLine, consequence: Consequence) -> QuantityRow:
        name, of_these = field_of_line(line), written_off_of(line)
        return QuantityRow(
            line=line,
            picture=line.product.picture,
            cells=[Cell(*each) for each in zip(self.heads, self.cells_of(line), strict=True)],
            quantity=self[name],
            of_these=self[of_these] if of_these in self.fields else None,
            figure=consequence.figures.get(name, "–"),
            is_meant=str(line.pk) == self.meant,
        )

    @cached_property
    def consequence(self) -> Consequence:
        """Say what the quantities as they are shown would do, or what is wrong with them."""
        data = {name: self._shown(name) for name in self.fields}
        try:
            return self._foreseen(data)
        except Refusal as refusal:
            return Consequence(refusal.detail)

    def _shown(self, name: str) -> Any:
        value = self[name].value()
        try:
            return self.fields[name].clean(value)
        except forms.ValidationError:
            return None

    def _foreseen(self, data: Mapping[str, Any]) -> Consequence:
        chosen = list(self.chosen(data))
        return self.foresee(chosen, data) if chosen else Consequence(_("Nothing is chosen yet."))

    def footer(self) -> str:
        return render_to_string("orders/admin/consequence.html", {"consequence": self.consequence})

    def submit_text(self) -> str:
        return self.consequence.button

    # What is sent

    def chosen(self, data: Mapping[str, Any]) -> Iterator[tuple[OrderLine, int]]:
        for line in self.lines:
            if quantity := data.get(field_of_line(line)):
                yield line, quantity

    @property
    def is_only_foreseen(self) -> bool:
        return FORESEE in self.data

    def is_valid(self) -> bool:
        """What is only asked about has an answer whatever was typed."""
        return super().is_valid() or self.is_only_foreseen

    def run(self, data: dict[str, Any]) -> None:
        if not self.is_only_foreseen:
            super().run(data)

    def close(self, own_page: str) -> HttpResponse:
        return JsonResponse(asdict(self.consequence)) if self.is_only_foreseen else super().close(own_page)

    def carry_out(self, data: dict[str, Any]) -> None:
        chosen = list(self.chosen(data))
        try:
            self.carry_out_for(chosen, data)
        except Refusal as refusal:
            refusal.faults = tuple(map(self._at_field, refusal.faults))
            raise

    def _at_field(self, fault: Fault) -> Fault:
        """Point a fault at the field of its line; use cases name the SKU that was asked for."""
        if fault.pointer == "/lines":
            first = next((name for name in self.fields if name.startswith("quantity_")), "")
            return replace(fault, pointer=f"/{first}", detail=_("Choose at least one unit."))
        if not fault.pointer.startswith("/lines/"):
            return fault
        name = next((field_of_line(line) for line in self.lines if line.sku == fault.facts.get("sku")), "")
        return replace(fault, pointer=f"/{name}")


def units_of(chosen: Sequence[tuple[OrderLine, int]]) -> int:
    return sum(quantity for _line, quantity in chosen)


def name_of(line: OrderLine) -> str:
    return f"{line.name} ({line.sku})"


def field_of_line(line: OrderLine) -> str:
    return f"quantity_{line.pk}"


def written_off_of(line: OrderLine) -> str:
    return f"written_off_{line.pk}"
