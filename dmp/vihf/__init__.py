"""VIHF, vecteur d'identification et d'habilitation formelles: the token of the DMP, read, checked and made."""

from dmp.vihf.caller import VihfCaller
from dmp.vihf.gate import VihfGate
from dmp.vihf.names import Mode, PurposeOfUse
from dmp.vihf.options import OFFICIAL, Leniency, VihfOptions
from dmp.vihf.vihf import Software, Vihf

__all__ = ["OFFICIAL", "Leniency", "Mode", "PurposeOfUse", "Software", "Vihf", "VihfCaller", "VihfGate", "VihfOptions"]
