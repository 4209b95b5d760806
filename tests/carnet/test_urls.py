import pytest

from carnet.urls import without_password


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://carnet:secret@db.example:5432/carnet", "postgresql://carnet:***@db.example:5432/carnet"),
        ("postgresql://carnet:p%40ss:w@db.example/carnet", "postgresql://carnet:***@db.example/carnet"),
        ("postgresql://carnet:p@ss@db.example/carnet", "postgresql://carnet:***@db.example/carnet"),
        ("postgresql://db/carnet?user=a&password=secret&sslmode=require",) * 2,
        ("postgresql://carnet@db.example/carnet",) * 2,
        ("sqlite:////var/lib/carnet/carnet.sqlite",) * 2,
        ("",) * 2,
    ],
)
def test_a_password_is_never_shown(url: str, shown: str) -> None:
    assert without_password(url) == shown.replace("password=secret", "password=***")
