"""What `--profile` decides: whose metadata, which gate, which signatures, and who may see what.

Everything that looks at callers is gathered here, so that a profile is whole or does not start.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from carnet.coherent import Coherent
from carnet.config import ConfigurationError
from carnet.gates import CertificateGate, OptionalToken
from carnet.parts import language_of
from carnet.settings import Settings
from carnet.transport import Transport
from metadata.affinity import OF_PROFILES, AffinityDomain
from repository.verification import SetVerifier
from security.gate import Gate, OpenGate, Refused

if TYPE_CHECKING:
    from dmp.vihf import VihfOptions
    from security.saml import ReplayStore

DMP_TRANSACTIONS: Final = frozenset({"ITI-18", "ITI-41", "ITI-43"})
"""What the DMP offers to the outside. Metadata without a signed set (ITI-42) would go around the signature, and
identities (ITI-44) are not for software of professionals to announce."""


Permit = Callable[[Any, Collection[str]], None]
Owners = Callable[[Collection[str]], dict[str, frozenset[str]]]
"""uniqueIds of documents → the patients they are registered for."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The rules of one profile, as the parts of a server take them."""

    domain: AffinityDomain
    gate: Gate
    verifier: SetVerifier | None = None
    permit: Permit | None = None
    """Whose objects a caller may ask the registry for; None: anybody's."""
    permit_documents: Callable[[Owners], Callable[[Any, Sequence[str]], None]] | None = None
    """The same for documents of the repository."""
    transactions: frozenset[str] | None = None
    """Those that are offered; None: all."""
    ids_in_any_case: bool = False
    explain: bool = False
    """Clients are told why they are refused."""


def profile_of(
    settings: Settings,
    base: AffinityDomain,
    transport: Transport,
    services: Sequence[str],
    replays: Callable[[], "ReplayStore"],
) -> Profile:
    """The profile of these settings; `services` are the URLs of the services. Raises `ConfigurationError`."""
    if any(each.startswith(OF_PROFILES) for each in base.waived):
        from dmp.waiving import CannotWaive, check_waived

        try:
            check_waived(base)
        except CannotWaive as error:
            raise ConfigurationError(f"--codes {settings.codes}: {error}") from None
    if settings.profile == "dmp":
        return _dmp(settings, base, transport, replays())
    return _ihe(settings, base, transport, services, replays)


def _ihe(
    settings: Settings,
    base: AffinityDomain,
    transport: Transport,
    services: Sequence[str],
    replays: Callable[[], "ReplayStore"],
) -> Profile:
    gate: Gate = OpenGate()
    verifier: SetVerifier | None = None
    if transport.trust is not None:
        if settings.xua != "off":
            from security.xua import XuaGate, XuaOptions

            audiences = frozenset(_words(settings.xua_audience) or services)
            xua = XuaGate(transport.trust, XuaOptions(audiences), replays())
            gate = xua if settings.xua == "require" else OptionalToken(xua, OpenGate())
        gate = CertificateGate(transport.trust, gate)
        if settings.dsg != "off":
            from dmp.lot import LotVerifier
            from dmp.lot_policy import dsg_policy

            trust = transport.trust
            policy = dsg_policy("require" if settings.dsg == "require" else "verify", language=language_of(settings))
            verifier = LotVerifier(lambda: trust.current, policy)
    return Profile(base, gate, verifier)


def _dmp(settings: Settings, base: AffinityDomain, transport: Transport, replays: "ReplayStore") -> Profile:
    from dmp.coherence import Coherence
    from dmp.domain import domain
    from dmp.ins import InsPolicy
    from dmp.lot import LotVerifier
    from dmp.lot_policy import LotPolicy, set_policies
    from dmp.vihf import VihfGate, VihfOptions

    trust = transport.trust
    if trust is None:
        raise ConfigurationError("--profile dmp needs --trust DIR: whom to believe")
    try:
        ins = InsPolicy.parse(settings.ins)
    except ValueError as error:
        raise ConfigurationError(f"ins: {error}") from None
    try:
        policies = set_policies(settings.signature_policies)
    except ValueError as error:
        raise ConfigurationError(f"--signature-policies: {error}") from None
    language, sites = language_of(settings), sites_of(settings)
    policy = LotPolicy(
        policies, strict_metadata=settings.strict, sites=sites, explain=settings.sandbox, language=language
    )
    if settings.strict:
        policy = replace(policy, leniencies=frozenset())
    verifier: SetVerifier = LotVerifier(lambda: trust.current, policy)
    if settings.coherence != "off":
        verifier = Coherent(verifier, Coherence(settings.coherence), language)
    options = replace(VihfOptions.strict() if settings.strict else _options(settings), sites=sites)
    return Profile(
        domain(base, ins=ins, strict=settings.strict),
        VihfGate(trust, options, replays),
        verifier,
        _of_the_token,
        _of_the_tokens_patient,
        DMP_TRANSACTIONS,
        ids_in_any_case=True,
        explain=settings.sandbox,
    )


def _options(settings: Settings) -> "VihfOptions":
    from dmp.vihf import Leniency, VihfOptions

    names = _words(settings.vihf_leniencies)
    if not names:
        return VihfOptions()
    try:
        return VihfOptions(leniencies=frozenset(Leniency(name) for name in names if name != "none"))
    except ValueError as error:
        raise ConfigurationError(f"vihf-leniencies: {error}; there are {', '.join(Leniency)}, or none") from None


def sites_of(settings: Settings) -> dict[str, frozenset[str]]:
    """The table of the setting `sites`. Raises `ConfigurationError`."""
    from dmp.sites import SitesError, read_sites

    try:
        return {} if settings.sites is None else read_sites(settings.sites)
    except SitesError as error:
        raise ConfigurationError(str(error)) from None


def _of_the_token(caller: Any, patient_ids: Collection[str]) -> None:
    """A VIHF is for one patient: nobody else's objects are shown. Raises `Refused`."""
    from dmp.vihf import VihfCaller

    if not isinstance(caller, VihfCaller):
        raise Refused("wsse:FailedAuthentication", "The caller is not known", reason="there is no VIHF to compare with")
    caller.require_patient(*patient_ids)


def _of_the_tokens_patient(owners: Owners) -> Callable[[Any, Sequence[str]], None]:
    def permit(caller: Any, unique_ids: Sequence[str]) -> None:
        """Each document is registered for the patient of the VIHF. Raises `Refused`."""
        from dmp.ins import same_patient

        found = owners(unique_ids)
        own = getattr(caller, "patient_id", "")
        for unique_id in unique_ids:
            patients = found.get(unique_id, frozenset())
            # a document that is registered for several is shown to who may see one of them
            _of_the_token(caller, [next((each for each in patients if same_patient(each, own)), "")])

    return permit


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
