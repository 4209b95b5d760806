"""AffinityDomain: what the organisations that share documents agreed on. # ITI TF-1 10.4.8

Patient-id authorities, value sets, MIME types, what is done with extra metadata, what is asked beyond the standard.
`load` reads it from Carnet's own TOML, from the codes.xml of the IHE toolkit, or from ANS value sets.
"""

from metadata.affinity.domain import ATTRIBUTES, CODED, DEMANDABLE, OF_PROFILES, AffinityDomain, CodeSet, Limits
from metadata.affinity.loading import AffinityError, load

__all__ = [
    "ATTRIBUTES",
    "CODED",
    "DEMANDABLE",
    "OF_PROFILES",
    "AffinityDomain",
    "AffinityError",
    "CodeSet",
    "Limits",
    "load",
]
