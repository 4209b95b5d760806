"""The parts of a server, each made from the settings that concern it. Each raises `ConfigurationError`."""

import ssl
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal, cast

from carnet.config import ConfigurationError
from carnet.forwarding import TlsRegistry
from carnet.settings import Settings
from metadata import affinity
from metadata.affinity import AffinityDomain
from metadata.datatypes import is_oid
from registry.queries import Queries, QueryPolicy
from registry.registry import Registry
from registry.store import locate
from registry.tables import Located
from repository.documents import open_store
from repository.forwarding import CoHosted, RegistryLink, SoapRegistry
from repository.repair import reconcile, sweep
from repository.repository import Repository
from security.certificates import LiveTrust, TrustStore
from security.keyfiles import KeyFileError, read_pem
from security.tlscontexts import client_context
from soap.client import SoapClient
from soap.message import Limits
from storage import Database, key_of

if TYPE_CHECKING:
    from security.saml import ReplayStore


def limits_of(settings: Settings) -> Limits:
    """What one message may cost."""
    return Limits(
        root=settings.max_envelope,
        total=settings.max_message,
        parts=settings.max_parts,
        spool=settings.max_spool,
        elements=settings.max_elements,
        depth=settings.max_depth,
        stall=settings.stall_timeout,
    )


def language_of(settings: Settings) -> str:
    """Of error messages: the one that was set, else the profile's own."""
    return settings.language or ("fr" if settings.profile == "dmp" else "en")


def database_url(settings: Settings) -> str:
    """The URL given, or the SQLite file in the data directory."""
    return settings.database or f"sqlite:///{(settings.data / 'carnet.sqlite').resolve()}"


def database_of(settings: Settings) -> Database:
    try:
        return Database.open(database_url(settings), threads=settings.threads)
    except ValueError as error:
        raise ConfigurationError(f"--database: {error}") from None


def replays_of(settings: Settings, database: Database) -> "ReplayStore":
    """Where tokens are remembered: beside the data of one machine, or in the database that several share."""
    if database.url.get_backend_name() == "sqlite":
        from security.saml.replayfile import ReplayFile

        return ReplayFile(settings.data / "run" / "tokens.sqlite")
    from carnet.replays import DatabaseReplays

    return DatabaseReplays(database)


def domain_of(settings: Settings) -> AffinityDomain:
    """The affinity domain named by `--codes`, or the one that accepts any code."""
    if settings.codes is None:
        return AffinityDomain.open()
    try:
        return affinity.load(settings.codes)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"--codes {settings.codes}: {error}") from None


def registry_of(settings: Settings, database: Database, domain: AffinityDomain) -> Registry:
    return Registry(
        database,
        domain,
        patients=cast(Literal["any", "feed"], settings.patients),
        retries=settings.idempotent_retry,
        language=language_of(settings),
    )


def namespaces_of(settings: Settings, domain: AffinityDomain) -> dict[str, str]:
    """`feed-namespaces`: namespace of an assigning authority → its OID. # ITI TF-2 3.8.4.1.4.1"""
    names: dict[str, str] = {}
    for pair in filter(None, map(str.strip, settings.feed_namespaces.split(","))):
        name, equals, oid = (word.strip() for word in pair.partition("="))
        if not equals or not name or not is_oid(oid):
            raise ConfigurationError(f"feed-namespaces: {pair} is not NAME=OID, such as HOSPITAL=2.999.20")
        if names.setdefault(name, oid) != oid:
            raise ConfigurationError(f"feed-namespaces: {name} stands for {names[name]} and for {oid}")
        if domain.patient_authorities and oid not in domain.patient_authorities:
            ours = ", ".join(sorted(domain.patient_authorities))
            raise ConfigurationError(f"feed-namespaces: {oid} assigns no patient ids of this domain; {ours} may")
    return names


def queries_of(settings: Settings, database: Database, domain: AffinityDomain) -> Queries:
    return Queries(
        database,
        domain,
        QueryPolicy(
            max_leaf_objects=settings.max_leaf_objects,
            max_references=settings.max_references,
            unknown_patient="error" if settings.unknown_patient_in_queries else "empty",
            language=language_of(settings),
        ),
    )


def holds(database: Database, unique_id: str) -> bool:
    """Whether a DocumentEntry with this uniqueId is registered."""
    key = key_of(unique_id)
    with database.read() as connection:
        found = locate(connection, [key]).get(key)
    return found is not None and found.kind == Located.ENTRY_UNIQUE_ID


def repository_of(
    settings: Settings,
    database: Database,
    registry: Registry | None,
    unique_id: str,
    trust: LiveTrust | None = None,
) -> Repository:
    """The repository, with the registry beside it or the one at `--registry-url`."""
    try:
        documents = open_store(settings.documents or str((settings.data / "documents").resolve()))
    except (ValueError, ImportError, OSError) as error:
        raise ConfigurationError(f"--documents: {error}") from None
    link: RegistryLink
    if settings.registry_url or registry is None:
        link = remote_registry(settings, trust)
    else:
        link = CoHosted(registry.register, partial(holds, database))
    return Repository(unique_id, database, documents, link, language_of(settings))


def remote_registry(settings: Settings, trust: LiveTrust | None) -> RegistryLink:
    """The registry at `--registry-url`: with https and `--trust`, believed and spoken to as everybody else."""
    if trust is None or not settings.registry_url.lower().startswith("https:"):
        return SoapRegistry(_soap_client(settings))

    def make(store: TrustStore) -> RegistryLink:
        own = None
        if settings.client_cert is not None and settings.client_key is not None:
            own = read_pem(settings.client_cert, settings.client_key)
        return SoapRegistry(_soap_client(settings, client_context(store, own)))

    try:
        return TlsRegistry(trust, make)
    except (KeyFileError, OSError) as error:
        raise ConfigurationError(f"client-cert: {error}") from None


def _soap_client(settings: Settings, tls: ssl.SSLContext | None = None) -> SoapClient:
    try:
        return SoapClient(settings.registry_url, timeout=settings.registry_timeout, tls=tls)
    except ValueError as error:
        raise ConfigurationError(f"--registry-url: {error}") from None


def repairs_of(settings: Settings, repository: Repository) -> tuple[Callable[[], object], Callable[[], object]]:
    """Reconcile and sweep."""
    twice = timedelta(seconds=2 * settings.registry_timeout)
    return (
        lambda: reconcile(repository.database, repository.registry.holds, older_than=twice),
        lambda: sweep(repository.documents, repository.database),
    )
