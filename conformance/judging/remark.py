"""What judging says of a message: one remark for each rule that it breaks."""

from dataclasses import dataclass

from conformance.model import Level


@dataclass(frozen=True, slots=True)
class Remark:
    """One breach of one rule, in both languages."""

    rule: str
    """Its id, stable for ever: `de.hash.format` of the rule book, `wire.mime.type` of judging itself."""
    level: Level
    section: str
    """`ITI TF-3 4.2.3.2.10`; where the requirement comes from."""
    where: str
    """XPath, `line N`, or the MIME part; where a line is known it stands behind the XPath: `/a/b (line 12)`."""
    en: str
    fr: str
    part: str = ""
    """File or MIME part that the remark is about; empty for the whole message."""
    code: str = ""
    """The IHE error code that a server answers for it, where there is one."""

    def text(self, language: str) -> str:
        """The sentence; English for every language but French."""
        return self.fr if language.startswith("fr") else self.en
