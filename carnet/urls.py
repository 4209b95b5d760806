"""URLs as they may be shown."""

import re
from typing import Final

_PASSWORD: Final = re.compile(r"(://[^:/?#]*:)[^/?#]*(?=@)|([?&]password=)[^&#]*")


def without_password(url: str) -> str:
    """`postgresql://carnet:***@host/carnet`: banners end in logs, and settings in questions to others."""
    return _PASSWORD.sub(lambda found: f"{found[1] or found[2]}***", url)
