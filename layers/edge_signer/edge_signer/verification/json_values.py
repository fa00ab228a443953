"""A tolerant reader of JSON from anywhere: it never fails."""

from __future__ import annotations

import json

from edge_signer.verification.cbor_values import ItemBudget, Value

#: Each of these may begin another item, or end a name.
_BEFORE_ITEMS = (b",", b":", b"[", b"{")


def read_json(encoded: bytes, budget: ItemBudget) -> Value:
    """Read a text in JSON.

    Args:
        encoded: The bytes.
        budget: Pays before anything is read, as for as many values as there are separators: a
            list of empty objects takes 25 times its own length in memory.
    """
    items = 1 + sum(map(encoded.count, _BEFORE_ITEMS))
    if items > budget.items:
        return Value(is_too_large=True)
    budget.items -= items
    try:
        return Value(json.loads(encoded), is_well_formed=True)
    except (ValueError, RecursionError):
        return Value()
