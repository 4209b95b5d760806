"""When a target has stopped answering, the rest of a run would only be waiting."""

import threading
from typing import Final

from conformance.model import Outcome, Verdict

ENOUGH: Final = 5
"""Cases in a row in which nothing came back."""


class Patience:
    """Counts cases to which the target gave no answer at all."""

    def __init__(self) -> None:
        self._silent = 0
        self._lock = threading.Lock()
        self.lost = ""
        """Why no more cases are tried; empty while they are."""

    def saw(self, outcome: Outcome) -> None:
        """Takes one more case into account. A case that passes was about the very silence."""
        if not outcome.exchanges:
            return
        passed = outcome.verdict in (Verdict.PASS, Verdict.WARN)
        silent = not passed and all(each.response is None and each.trouble for each in outcome.exchanges)
        with self._lock:
            self._silent = self._silent + 1 if silent else 0
            if self._silent >= ENOUGH and not self.lost:
                self.lost = f"the target gave no answer in {ENOUGH} cases in a row: {outcome.exchanges[-1].trouble}"
