"""The files of docs/stock.md: a new range of products, and a supplier's sheet of 5,000 rows with 12 bad ones.

python docs/supplier_sheet.py products > autumn.csv
shopctl stock list --jsonl | python docs/supplier_sheet.py sheet > supplier.csv
"""

import csv
import json
import random
import sys
from collections.abc import Iterable

ROWS = 5_000
NEW = "NW"


def products() -> Iterable[list[object]]:
    yield ["sku", "name", "price", "barcode"]
    for number in range(1, 3_529):
        yield [
            f"{NEW}{number:05}",
            f"Autumn range, item {number}",
            f"{1 + number % 40}.95",
            f"29{number:011}",
        ]


def sheet(stock: list[dict[str, int]]) -> Iterable[list[object]]:
    chance = random.Random(5)
    held = max(stock, key=lambda product: product["reserved"])
    new = [product for product in stock if str(product["sku"]).startswith(NEW)]
    odd = chance.sample(new, 8)
    bad = _bad_rows([str(product["sku"]) for product in odd], held)
    good = [product for product in stock if product not in (held, *odd)][: ROWS - len(bad)]
    rows = [[product["sku"], _counted(product, chance), "", ""] for product in good]
    for place, row in zip(sorted(chance.sample(range(ROWS), len(bad))), bad, strict=True):
        rows.insert(place, row)
    yield ["SKU", "Quantity", "Expected", "Note", "Carton", "Pallet"]
    for number, row in enumerate(rows):
        yield [*row, f"C{number // 12:04}", f"P{number // 400:02}"]


def _bad_rows(odd: list[str], held: dict[str, int]) -> list[list[object]]:
    return [
        [odd[0], "40", "n/a", ""],
        [odd[1], "12", "", ""],
        ["XX-4711", "24", "", "not ours"],
        [odd[2], "twelve", "", ""],
        [odd[3], "12.5", "", ""],
        [held["sku"], held["reserved"] - 1, "", ""],
        [odd[4], "-3", "", ""],
        ["", "36", "", "no number on the carton"],
        [odd[5], "", "", ""],
        [odd[1].lower(), "18", "", "second carton"],
        [odd[6], "99999999999", "", ""],
        [odd[7], "40", "17", ""],
    ]


def _counted(product: dict[str, int], chance: random.Random) -> int:
    if str(product["sku"]).startswith(NEW):
        return chance.choice([6, 12, 24, 36, 48, 60, 96, 144, 240])
    return max(product["reserved"], product["on_hand"] + chance.choice([0, 0, 0, -6, -2, -1, 1, 3, 12, 18]))


if __name__ == "__main__":
    if sys.argv[1:] == ["products"]:
        csv.writer(sys.stdout, lineterminator="\n").writerows(products())
    else:
        stock = [json.loads(line) for line in sys.stdin]
        csv.writer(sys.stdout, delimiter=";", lineterminator="\n").writerows(sheet(stock))
