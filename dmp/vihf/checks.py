"""The checks of a VIHF beyond those of any assertion: who issued it, about whom, over whose connection."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from lxml import etree

from dmp.vihf.holder import Holder
from dmp.vihf.names import MODE, PROFESSIONS, Mode
from dmp.vihf.options import Leniency, VihfOptions
from dmp.vihf.vihf import Vihf, mode_of, vihf_of
from security.certificates import Reason as CertificateReason
from security.certificates import Usage, ValidatedCertificate
from security.names import DistinguishedName, DistinguishedNameError
from security.saml import STEPS, AssertionPolicy, Check, Demands, Reason, Step, Token, TokenRefused
from security.saml import names as n
from security.xmlsignature import ASSERTION, ASSERTION_SHA1

_MODE_NAME: Final = MODE.lower()


def demands(options: VihfOptions) -> Demands:
    """What is asked of the signature; the mode that decides it is read again from what was signed."""
    sha1 = options.allows(Leniency.SHA1)

    def usages(claimed: etree._Element) -> tuple[Usage, ...]:
        return (Usage.SIGN,) if _claims_direct(claimed) else (Usage.SEAL,)

    def believed(signer: ValidatedCertificate, claimed: etree._Element) -> None:
        if _claims_direct(claimed) or options.allows(Leniency.SEAL_WITHOUT_COMMITMENT):
            return
        if not Holder.of(signer).commits:
            raise TokenRefused(
                Check.CERTIFICATE,
                CertificateReason.WRONG_USAGE,
                f"{signer.subject} n'est pas un cachet : KeyUsage sans nonRepudiation",
            )

    def unsigned(claimed: etree._Element) -> bool:
        return options.allows(Leniency.UNSIGNED_DIRECT) and _claims_direct(claimed)

    return Demands((ASSERTION, ASSERTION_SHA1) if sha1 else (ASSERTION,), usages, believed, unsigned)


def _claims_direct(claimed: etree._Element) -> bool:
    for attribute in claimed.iter(n.ATTRIBUTE):
        if attribute.get("Name", "").lower() == _MODE_NAME:
            return attribute.findtext(n.ATTRIBUTE_VALUE) == Mode.DIRECTE
    return False


def steps(options: VihfOptions) -> tuple[Step, ...]:
    """All checks from 11 on, in their order."""
    own = (
        Step(Check.ISSUER, _with(options, issuer), always=False),
        Step(Check.SUBJECT, _with(options, subject), always=False),
        Step(Check.ATTRIBUTES, _with(options, attributes), always=False),
        Step(Check.BINDING, _with(options, mode), always=True),
        Step(Check.BINDING, _with(options, connection), always=True),
    )
    return tuple(sorted((*STEPS, *own), key=lambda step: step.check.value))


def _with(
    options: VihfOptions, check: Callable[[Token, VihfOptions], None]
) -> Callable[[Token, AssertionPolicy], None]:
    def run(token: Token, policy: AssertionPolicy) -> None:
        del policy
        check(token, options)

    run.__doc__ = check.__doc__
    return run


def voucher(token: Token) -> ValidatedCertificate:
    """Who vouches for the assertion: its signer, or the card behind the connection where it is unsigned."""
    found = token.signer or token.connection.peer
    if found is None:
        raise TokenRefused(Check.BINDING, Reason.NO_TLS_CERTIFICATE, "la connexion n'a pas de certificat client")
    return found


def issuer(token: Token, options: VihfOptions) -> None:
    """11: the Issuer is the subject of the certificate, compared as a set of (OID, value)."""
    del options
    if token.assertion.issuer_format != n.X509_SUBJECT:
        raise TokenRefused(Check.ISSUER, Reason.ISSUER, f"Issuer/@Format doit être {n.X509_SUBJECT}")
    holder = Holder.of(voucher(token)).subject
    try:
        named = _named(token.assertion.issuer)
    except DistinguishedNameError as error:
        raise TokenRefused(Check.ISSUER, Reason.ISSUER, f"l'Issuer n'est pas un nom distinctif : {error}") from None
    if named != holder:
        raise TokenRefused(Check.ISSUER, Reason.ISSUER, f"l'Issuer est {named}, le certificat est celui de {holder}")


@lru_cache(maxsize=1024)
def _named(text: str) -> DistinguishedName:
    """The same people come again and again."""
    return DistinguishedName.parse(text)


def subject(token: Token, options: VihfOptions) -> None:
    """12: in mode DIRECTE the NameID is the number on the card."""
    mode = mode_of(token.assertion, options)  # None is for check 16 to say
    holder = Holder.of(voucher(token))
    if mode is Mode.DIRECTE and token.assertion.name_id != holder.common_name:
        raise TokenRefused(
            Check.SUBJECT,
            Reason.SUBJECT,
            f"le NameID est {token.assertion.name_id!r}, la carte est celle de {holder.common_name!r}",
        )


def attributes(token: Token, options: VihfOptions) -> None:
    """16: every attribute and its rule; the profession is that of the card."""
    found = vihf_of(token, options)
    if not found.mode.direct:
        return
    profession = Holder.of(voucher(token)).profession
    role = found.roles[0]
    if profession and role.system == PROFESSIONS and role.code != profession:
        raise TokenRefused(
            Check.ATTRIBUTES,
            Reason.ATTRIBUTE_VALUE,
            f"le role est la profession {role.code}, la carte porte la profession {profession}",
        )


def mode(token: Token, options: VihfOptions) -> None:
    """18: the mode goes with the certificates: a card vouches for itself, a structure for its users."""
    found = vihf_of(token, options).mode
    if token.signer is None and not (found.direct and options.allows(Leniency.UNSIGNED_DIRECT)):
        raise TokenRefused(Check.BINDING, Reason.MODE, f"une assertion non signée n'est pas admise en mode {found}")
    is_card = Holder.of(voucher(token)).is_card
    if found.direct and not is_card:
        raise TokenRefused(Check.BINDING, Reason.MODE, "le mode DIRECTE demande le certificat d'une carte")
    if not found.direct and is_card:
        raise TokenRefused(
            Check.BINDING, Reason.MODE, f"le mode {found} demande le cachet d'une structure ; une carte a signé"
        )


def connection(token: Token, options: VihfOptions) -> None:
    """18: who opened the connection is the card, or of the structure, that vouches; the structure is its own."""
    found = vihf_of(token, options)
    if token.connection.peer is None:
        raise TokenRefused(Check.BINDING, Reason.NO_TLS_CERTIFICATE, "la connexion n'a pas de certificat client")
    peer, vouching = Holder.of(token.connection.peer), Holder.of(voucher(token))
    if found.mode.direct:
        if peer.common_name != token.assertion.name_id or not peer.is_card:
            raise TokenRefused(
                Check.BINDING,
                Reason.TLS_MISMATCH,
                f"la carte de la connexion est celle de {peer.common_name!r}, non de {token.assertion.name_id!r}",
            )
    elif not peer.structure or peer.structure != vouching.structure or peer.is_card:
        raise TokenRefused(
            Check.BINDING,
            Reason.TLS_MISMATCH,
            f"la connexion est ouverte par {peer.subject}, le cachet est celui de {vouching.subject}",
        )
    _check_structure(found, vouching, options)


def _check_structure(found: Vihf, vouching: Holder, options: VihfOptions) -> None:
    """The card of a professional names no structure: nothing to compare there."""
    own = vouching.structure
    if not own or options.allows(Leniency.ANY_SITE):
        return
    if found.structure != own and found.structure not in options.sites.get(own, frozenset()):
        raise TokenRefused(
            Check.BINDING,
            Reason.STRUCTURE_MISMATCH,
            f"Identifiant_Structure est {found.structure}, le certificat est de la structure {own} ; une entité "
            "juridique agit pour ses sites si la table des sites le dit",
        )
