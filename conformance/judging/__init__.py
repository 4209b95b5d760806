"""Judging a message as it was captured or received, with the rule books that the server uses.

`judge` recognises what it is given by its content and says every rule that is broken, and which checks ran.
"""

from conformance.judging.judge import judge
from conformance.judging.judged import Judged
from conformance.judging.remark import Remark

__all__ = ["Judged", "Remark", "judge"]
