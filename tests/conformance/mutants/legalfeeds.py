"""Identity feeds, and gates, that do what the standard allows and Carnet does not: no case may fail for it."""

from typing import Any

from metadata.facts import Standing
from registry import feed_v2, feed_v3
from registry.feed import PatientFeed
from registry.patients import PatientRefused
from tests.conformance.mutants.assertions import edit_policy
from tests.conformance.mutants.feed import error_in_the_old_form, one_message_a_connection
from tests.conformance.mutants.patching import wrap
from tests.conformance.mutants.table import legal


@legal("ihe", allowed_by="ITI TF-2 3.8.4.1.4", tried_by=("iti-8/4.1.4/4", "iti-8/4.1.4/9"))
def an_update_is_rejected() -> None:
    """A08 is to be ignored; how it is acknowledged the text does not say."""

    def around(was: Any, header: Any, refused: Any) -> Any:
        ignored = feed_v2.MessageRefused("AR", "201", "MSH^1^9^1^2", "it is ignored")
        return was(header, ignored if header.trigger == feed_v2.UPDATE else refused)

    wrap(feed_v2, "acknowledge", around)


@legal("ihe", allowed_by="ITI TF-2 C.1.1", tried_by=("iti-8/C.2.3/5", "iti-8/C.2.3/6", "iti-8/C.2.3/7"))
def what_is_missing_is_no_error() -> None:
    """A receiver may raise an error when what is required is absent, and need not."""

    def around(was: Any, header: Any, refused: Any) -> Any:
        return was(header, None if refused is not None and refused.code in ("100", "101") else refused)

    wrap(feed_v2, "acknowledge", around)


@legal("ihe", allowed_by="HL7 2.3.1 2.24.1", tried_by=("iti-8/C.2.3/8", "iti-8/C.2.3/9", "iti-8/C.2.3/10"))
def errors_as_before_hl7_2_5() -> None:
    """HL7 2.3.1, of which ITI-8 is, has but one field in ERR."""
    error_in_the_old_form()


@legal("ihe", allowed_by="ITI TF-2 C.2.1", tried_by=("iti-8/C.2.1/3", "iti-8/C.2.3/1"))
def a_connection_for_each_message() -> None:
    """That a connection stays open is recommended."""
    one_message_a_connection()


def _stands(feed: PatientFeed, body: Any) -> bool:
    """Whether a patient of the message is known."""
    known = []
    for each in feed_v3._identifiers(feed_v3._PATIENT(body)):
        try:
            known.append(feed._patients.standing(str(each)) is Standing.KNOWN)
        except PatientRefused:
            known.append(False)
    return any(known)


@legal(
    "ihe",
    allowed_by="ITI TF-2 3.44.4.1.4",
    tried_by=("iti-44/4.1.2/2", "iti-44/4.1.4/2", "iti-44/4.1.4/3", "iti-44/4.1.4/4", "iti-44/4.1.4/6"),
)
def adding_the_known_and_revising_the_unknown_is_refused() -> None:
    """Of a patient added twice, or revised and never added, the text says nothing."""

    def around(was: Any, interaction: str, body: Any, feed: Any) -> Any:
        if interaction != feed_v3.RESOLVED and _stands(feed, body) is (interaction == feed_v3.ADDED):
            raise PatientRefused("it was added before, or never")
        return was(interaction, body, feed)

    wrap(feed_v3, "_apply", around)


@legal("ihe", allowed_by="ITI TF-2 3.44.4.2.4, 3.8.4.2.4", tried_by=("iti-44/4.2.4/24", "iti-44/4.2.4/23"))
def a_survivor_must_be_known() -> None:
    """A merge of ITI-44 is to be done much as one of ITI-8, which has both patients known before."""

    def around(was: Any, interaction: str, body: Any, feed: Any) -> Any:
        if interaction == feed_v3.RESOLVED and not _stands(feed, body):
            raise PatientRefused("the surviving patient is not known")
        return was(interaction, body, feed)

    wrap(feed_v3, "_apply", around)


@legal(
    "gate",
    allowed_by="SAML 2.0 Core 2.3.3, 2.5.1",
    tried_by=("xua/saml-2.5.1/5", "xua/saml-2.5.1.4/5", "xua/saml-2.7.2/1"),
)
def an_assertion_may_lack_what_saml_has_optional() -> None:
    """XUA has the issuer write Conditions, AudienceRestriction and AuthnStatement; SAML alone does not ask for them."""
    edit_policy(conditions_required=False, audience_required=False, authn_required=False)
