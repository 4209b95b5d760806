"""The parts of a server, made from its settings."""

from dataclasses import replace

import pytest

from carnet.config import ConfigurationError
from carnet.parts import namespaces_of
from carnet.settings import Settings
from metadata.affinity import AffinityDomain

DOMAIN = AffinityDomain(patient_authorities=frozenset({"2.999.20", "2.999.21"}))


@pytest.mark.parametrize(
    ("told", "held"),
    [
        ("", {}),
        ("HOSPITAL=2.999.20", {"HOSPITAL": "2.999.20"}),
        (" HOSPITAL = 2.999.20 , PAS=2.999.21,", {"HOSPITAL": "2.999.20", "PAS": "2.999.21"}),
    ],
)
def test_namespaces_of_the_feed_stand_for_authorities(told: str, held: dict[str, str]) -> None:
    assert namespaces_of(replace(Settings(), feed_namespaces=told), DOMAIN) == held
    assert namespaces_of(replace(Settings(), feed_namespaces=told), AffinityDomain.open()) == held


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("HOSPITAL", "is not NAME=OID"),
        ("=2.999.20", "is not NAME=OID"),
        ("HOSPITAL=here", "is not NAME=OID"),
        ("HOSPITAL=2.999.99", "2.999.99 assigns no patient ids of this domain; 2.999.20, 2.999.21 may"),
        ("HOSPITAL=2.999.20,HOSPITAL=2.999.21", "HOSPITAL stands for 2.999.20 and for 2.999.21"),
    ],
)
def test_a_namespace_that_stands_for_nothing_is_refused_at_the_start(told: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        namespaces_of(replace(Settings(), feed_namespaces=told), DOMAIN)
