"""All checks at once, under one deadline: what hangs is unavailable, and nothing waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future

from edge_signer.health.finding import Check, Finding


class Examination:
    """Looks at everything, each check in a thread of its own.

    Sockets bound each wait, not their sum, nor the look-up of a name: only a thread that is left
    behind keeps a deadline. While it is left behind, its check is not begun again.

    Args:
        checks: What is looked at.
        deadline_s: What all of them have together, in seconds.
    """

    def __init__(self, checks: Sequence[Check], *, deadline_s: float) -> None:
        self._checks = checks
        self._deadline_s = deadline_s
        self._left_behind: dict[str, Future[Finding]] = {}

    def __call__(self) -> Mapping[str, Finding]:
        """Give what was found, by the checks' names."""
        ends_s = time.monotonic() + self._deadline_s
        looks = {check.name: self._begun(check) for check in self._checks}
        return {check.name: self._found(check, looks[check.name], ends_s) for check in self._checks}

    def _begun(self, check: Check) -> Future[Finding]:
        left_behind = self._left_behind.pop(check.name, None)
        if left_behind is not None and not left_behind.done():
            return left_behind
        finding: Future[Finding] = Future()

        def look() -> None:
            try:
                finding.set_result(check.look())
            except BaseException as failure:
                finding.set_exception(failure)

        threading.Thread(target=look, name=f"health-{check.name}", daemon=True).start()
        return finding

    def _found(self, check: Check, look: Future[Finding], ends_s: float) -> Finding:
        try:
            return look.result(max(0.0, ends_s - time.monotonic()))
        except TimeoutError as hung:
            if not look.done():
                self._left_behind[check.name] = look
                said = f"it did not answer within {self._deadline_s:g} s"
                return Finding("unavailable", {"error": said}, check.needed_for)
            return _failed(check, hung)
        except Exception as failure:
            return _failed(check, failure)


def _failed(check: Check, failure: Exception) -> Finding:
    said = f"{type(failure).__name__}: {failure}".removesuffix(": ")
    return Finding("unavailable", {"error": said}, check.needed_for)
