"""Good tokens: the three modes, and what official messages and kits write in other ways."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from cryptography.x509.oid import NameOID

from conformance.messages.dmp import names as n
from conformance.messages.dmp import xmldsig
from conformance.messages.dmp.tokens import attacks
from conformance.messages.dmp.tokens.forge import ANY, CARD, STRUCTURE, VIHF, Build, Forge, attribute, changed
from conformance.messages.dmp.tokens.times import SOON, conditions
from conformance.messages.dmp.vihf import Vihf, authentication, ce, instant, vihf
from conformance.model import MUST, SHOULD, Level


@dataclass(frozen=True, slots=True)
class GoodToken:
    """A token that is accepted."""

    id: str
    what: str
    """To end the sentence "The VIHF …"."""
    what_fr: str
    build: Build
    whose: str = ANY
    level: Level = MUST
    section: str = VIHF


def _mode(mode: str) -> Build:
    return lambda forge: forge.signed(vihf(forge.holder, forge.patient, mode=mode, at=forge.at))


def _reinforced(forge: Forge) -> str:
    """With the declaration that the official message has."""
    good = vihf(forge.holder, forge.patient, mode=n.INDIRECTE_RENFORCEE, at=forge.at)
    declared = f"</saml2:AuthnContextClassRef><saml2:AuthnContextDecl>{n.CLASSES}SmartcardPKI</saml2:AuthnContextDecl>"
    return forge.signed(
        replace(good, authentication=good.authentication.replace("</saml2:AuthnContextClassRef>", declared))
    )


def _java_issuer(token: Vihf, forge: Forge) -> Vihf:
    """As Java writes a name: OIDs where RFC 2253 has no word, and the DER of the value in hexadecimal digits."""
    parts = []
    for rdn in reversed(list(forge.holder.certificate.subject.rdns)):
        written = []
        for each in rdn:
            value = str(each.value).encode()
            known = {NameOID.COMMON_NAME: "CN", NameOID.ORGANIZATION_NAME: "O", NameOID.COUNTRY_NAME: "C"}
            known[NameOID.ORGANIZATIONAL_UNIT_NAME] = "OU"
            if each.oid in known:
                written.append(f"{known[each.oid]}={each.value!s}")
            else:
                written.append(f"{each.oid.dotted_string}=#0c{len(value):02x}{value.hex()}")
        parts.append("+".join(written))
    return replace(token, issuer=",".join(parts))


def _prefixed(forge: Forge) -> str:
    """The prefix ds on the signature."""
    root = xmldsig.parse(forge.signed())
    plain = attacks.signature(root)
    signature = xmldsig.prefixed(plain)
    root.replace(plain, signature)
    xmldsig.complete(signature, forge.holder.signs)
    return xmldsig.text(root)


def _audience(forge: Forge) -> str:
    restriction = (
        f"<saml2:AudienceRestriction><saml2:Audience>{n.DMP_SERVICE}</saml2:Audience></saml2:AudienceRestriction>"
    )
    return conditions(-SOON, SOON, restriction)(forge)


def _holder_of_key(forge: Forge) -> str:
    """Confirmed by the key that opens the connection."""
    shown = xmldsig.certificate(forge.holder.connects.certificate)
    confirmation = (
        f'<saml2:SubjectConfirmation Method="{n.HOLDER_OF_KEY}"><saml2:SubjectConfirmationData>'
        f'<KeyInfo xmlns="{n.DS}"><X509Data>{shown}</X509Data></KeyInfo>'
        "</saml2:SubjectConfirmationData></saml2:SubjectConfirmation>"
    )
    return forge.signed(replace(forge.good, subject=forge.good.subject + confirmation))


def _purpose(code: str) -> Build:
    return lambda forge: forge.signed(vihf(forge.holder, forge.patient, purpose=code, at=forge.at))


def _class(name: str) -> Callable[[Vihf, Forge], Vihf]:
    return lambda token, _: replace(token, authentication=authentication(token.at, name))


GOOD_TOKENS: Final[tuple[GoodToken, ...]] = (
    GoodToken(
        "vihf/modes/1",
        "of mode DIRECTE, signed by the card",
        "de mode DIRECTE, signé par la carte",
        _mode(n.DIRECTE),
        CARD,
    ),
    GoodToken(
        "vihf/modes/2",
        "of mode DIRECTE, not signed: the card opened the connection",
        "de mode DIRECTE, non signé : la carte a ouvert la connexion",
        lambda forge: forge.good.xml,
        CARD,
        SHOULD,
    ),
    GoodToken(
        "vihf/modes/3",
        "of mode INDIRECTE, sealed by the structure",
        "de mode INDIRECTE, scellé par la structure",
        _mode(n.INDIRECTE),
        STRUCTURE,
    ),
    GoodToken(
        "vihf/modes/4",
        "of mode INDIRECTE_RENFORCEE, sealed by the structure",
        "de mode INDIRECTE_RENFORCEE, scellé par la structure",
        _mode(n.INDIRECTE_RENFORCEE),
        STRUCTURE,
    ),
    GoodToken(
        "vihf/modes/5",
        "of mode INDIRECTE_RENFORCEE, with an AuthnContextDecl as in the official message",
        "de mode INDIRECTE_RENFORCEE, avec un AuthnContextDecl comme dans le message officiel",
        _reinforced,
        STRUCTURE,
    ),
    GoodToken(
        "vihf/accepted/1",
        "that writes Authentification_Mode, as kits do",
        "qui écrit Authentification_Mode, comme les kits",
        changed(lambda token, _: token.having(n.MODE).having(n.MODE_OF_KITS, *token.get(n.MODE))),
        level=SHOULD,
    ),
    GoodToken(
        "vihf/accepted/2",
        "whose Issuer is written as Java writes names",
        "dont l'Issuer est écrit à la manière de Java",
        changed(_java_issuer),
        level=SHOULD,
    ),
    GoodToken(
        "vihf/accepted/3",
        "of VIHF_Version 2.0",
        "de VIHF_Version 2.0",
        attribute(n.VERSION, "2.0"),
        level=SHOULD,
    ),
    GoodToken(
        "vihf/accepted/4",
        "of VIHF_Version 4.0",
        "de VIHF_Version 4.0",
        attribute(n.VERSION, "4.0"),
        level=SHOULD,
    ),
    GoodToken(
        "vihf/accepted/5",
        "whose signature has the prefix ds",
        "dont la signature a le préfixe ds",
        _prefixed,
        section="Namespaces in XML 1.0",
    ),
    GoodToken(
        "vihf/accepted/6",
        "with Conditions that hold, and the audience of the DMP",
        "avec des Conditions remplies, et l'audience du DMP",
        _audience,
        section="SAML 2.0 Core 2.5.1",
    ),
    GoodToken(
        "vihf/accepted/7",
        "without LPS_ID, which is optional",
        "sans LPS_ID, qui est facultatif",
        attribute(n.LPS_ID),
    ),
    GoodToken(
        "vihf/accepted/8",
        "whose user was authenticated by a telephone",
        "dont l'utilisateur s'est authentifié par téléphone",
        changed(_class("MobileTwoFactorUnregistered")),
        level=SHOULD,
    ),
    GoodToken(
        "vihf/accepted/9",
        "for the holder of the key that opened the connection",
        "au porteur de la clé qui a ouvert la connexion",
        _holder_of_key,
        section="SAML 2.0 Profiles 3.1",
    ),
    GoodToken(
        "vihf/accepted/10",
        "issued by a clock ten seconds ahead",
        "émis par une horloge en avance de dix secondes",
        changed(
            lambda token, forge: replace(
                token,
                at=instant(forge.now + timedelta(seconds=10)),
                authentication=authentication(instant(forge.now + timedelta(seconds=10)), "SmartcardPKI"),
            )
        ),
        level=SHOULD,
    ),
    GoodToken(
        "vihf/accepted/11",
        "of a minor's secret connection",
        "d'une connexion secrète de mineur",
        attribute(n.CONFIDENTIALITY, ce("ConfidentialityCode", "INVISIBLE_REPRESENTANTS_LEGAUX", n.VISIBILITY)),
    ),
    GoodToken("vihf/accepted/12", "for bris de glace", "pour un bris de glace", _purpose("bris_de_glace")),
    GoodToken("vihf/accepted/13", "for the centre 15", "pour le centre 15", _purpose("centre_15")),
    GoodToken(
        "vihf/accepted/14",
        "whose purpose of use is of the other OID of that table",
        "dont le purposeofuse est de l'autre OID de cette table",
        attribute(n.PURPOSE_OF_USE, ce("PurposeOfUse", "normal", "1.2.250.1.213.1.1.4.336")),
        level=SHOULD,
        section="NOS TRE_R248",
    ),
)
