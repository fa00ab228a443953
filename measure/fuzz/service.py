"""`make fuzz-service`: 100,000 damaged files and 100,000 damaged stores for POST /verify."""

from __future__ import annotations

from measure.fuzz.forked import run_all
from measure.fuzz.service_target import ServiceTarget

if __name__ == "__main__":
    raise SystemExit(
        run_all(ServiceTarget, "measure.fuzz.service", "damaged requests", __doc__, 200_000)
    )
