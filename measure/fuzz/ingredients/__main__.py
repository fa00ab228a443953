"""`make fuzz-ingredients`: 100,000 damaged parents in requests of two tenants.

Each is signed, with records that say what our validator finds, or refused with an error that names
the ingredient. c2pa-rs, encypher-c2pa and our validator must trust every manifest that was signed.
"""

from __future__ import annotations

from measure.fuzz.forked import run_all
from measure.fuzz.ingredients.target import IngredientTarget

if __name__ == "__main__":
    raise SystemExit(
        run_all(IngredientTarget, "measure.fuzz.ingredients", "damaged parents", __doc__)
    )
