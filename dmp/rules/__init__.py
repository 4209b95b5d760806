"""The rules of the DMP and of the CI-SIS, beside those of IHE. The page of all is `docs/rules-dmp.md`.

`FRENCH` for `AffinityDomain.rules` of a platform that takes what certified software sends, `FRENCH_STRICT` for one that
tests it. Run by `metadata.rules.check` like every other rule.
"""

# The order of these is the order of the page.
from dmp.rules import patient, entry, people, institutions, specialty, signature, document  # noqa: F401, I001
from dmp.rules.book import FRENCH, FRENCH_STRICT
from dmp.rules.signature import signatures

__all__ = ["FRENCH", "FRENCH_STRICT", "signatures"]
