"""Every setting of Carnet in one table: its name, its default, one sentence.

The command line, the environment, the TOML file, `carnet config` and docs/configuration.md are made from this table.
"""

from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

DEFAULT_WORKERS = 2
"""Processes on a machine of two cores with SQLite; docs/decisions/0006 has the measurement."""


def _setting(
    default: Any,
    sentence: str,
    *,
    option: bool = False,
    choices: tuple[str, ...] = (),
    metavar: str = "",
    unit: str = "",
) -> Any:
    return field(
        default=default,
        metadata={"sentence": sentence, "option": option, "choices": choices, "metavar": metavar, "unit": unit},
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """What one `carnet serve` runs with."""

    # --- what is served
    profile: str = _setting(
        "ihe", "Rules that callers are held to: open as IHE test tools need it, or those of the French DMP.",
        option=True, choices=("ihe", "dmp"),
    )  # fmt: skip
    sandbox: bool = _setting(
        False, "Under dmp: make test keys in the data directory, trust them, and explain each refusal to its sender.",
        option=True,
    )  # fmt: skip
    only: str = _setting(
        "", "Serve one actor alone.", option=True, choices=("registry", "repository"), metavar="registry|repository"
    )
    data: Path = _setting(
        Path("carnet-data"), "Directory of the database, the documents and the repository's own identifier.",
        option=True, metavar="DIR",
    )  # fmt: skip
    database: str = _setting(
        "", "Database URL; empty: an SQLite file in the data directory.", option=True, metavar="URL"
    )
    documents: str = _setting(
        "", "Where document bytes lie: a directory, or s3://, az:// or gs:// and a bucket; empty: in the data "
        "directory.",
        option=True, metavar="URL",
    )  # fmt: skip

    # --- where it listens
    host: str = _setting("127.0.0.1", "Address to listen on; 0.0.0.0 for every interface.", option=True, metavar="H")
    port: int = _setting(8080, "TCP port; 0 takes any free one.", option=True, metavar="P")
    mllp_port: int | None = _setting(
        None, "TCP port of the HL7 v2 patient identity feed (ITI-8); 0 takes any free one; absent: no feed over MLLP.",
        option=True, metavar="P",
    )  # fmt: skip
    ready_file: Path | None = _setting(
        None, "File that receives the endpoints as JSON once the services listen.", option=True, metavar="FILE"
    )

    # --- who may call
    tls_cert: Path | None = _setting(
        None, "The server's certificate with those above it, in PEM: the services are on https.",
        option=True, metavar="FILE",
    )  # fmt: skip
    tls_key: Path | None = _setting(None, "The key of --tls-cert, in PEM.", option=True, metavar="FILE")
    trust: Path | None = _setting(
        None, "Whom to believe: anchors/, intermediates/, crls/ and peers/ (PEM or DER), read again when they change; "
        "clients must show a certificate.",
        option=True, metavar="DIR",
    )  # fmt: skip
    ocsp: bool = _setting(
        False, "Ask the OCSP responder that a certificate names where there is no revocation list in force."
    )
    private_socket: Path | None = _setting(
        None, "Unix socket for a proxy on this machine that ends TLS; X-SSL-Client-Cert is believed there, and nowhere "
        "else.",
        option=True, metavar="PATH",
    )  # fmt: skip
    public_url: str = _setting(
        "", "Where clients reach the services, such as https://dmp.example; empty: the address listened on."
    )
    signature_policies: str = _setting(
        "dmp-legacy,strict", "Under dmp: how the signature of a submission set may be made.",
        option=True, metavar="LIST",
    )  # fmt: skip
    ins: str = _setting(
        "test", "Under dmp: whose INS are taken (production, test, demo, or OIDs of the INS), between commas."
    )
    strict: bool = _setting(
        False, "Under dmp: refuse what certified software is forgiven, in metadata, tokens and signatures."
    )
    vihf_leniencies: str = _setting(
        "", "Under dmp: what is accepted in tokens that a strict reader refuses, by the names of docs/checks.md, "
        "between commas; empty: the usual ones; none: nothing."
    )  # fmt: skip
    sites: Path | None = _setting(
        None, "Under dmp: TOML file that gives, for the Struct_IdNat of a legal entity, a list of those of its sites, "
        "for which it may act and sign."
    )  # fmt: skip
    coherence: str = _setting(
        "off", "Under dmp: what is done when an entry contradicts the header of its CDA document.",
        choices=("off", "warn", "refuse"),
    )  # fmt: skip
    xua: str = _setting(
        "off", "Under ihe, with --trust: SAML assertions of callers (ITI-40) are not looked at, checked where there "
        "are any, or required.",
        choices=("off", "accept", "require"),
    )  # fmt: skip
    xua_audience: str = _setting(
        "", "Whom assertions must be meant for (AudienceRestriction), between commas; empty: the URLs of the services."
    )
    dsg: str = _setting(
        "off", "Under ihe, with --trust: signatures of submission sets (IHE DSG) are not looked at, verified where "
        "there are any, or required.",
        choices=("off", "verify", "require"),
    )  # fmt: skip

    # --- the community
    codes: Path | None = _setting(
        None, "Affinity domain: Carnet's TOML, an IHE codes.xml, or ANS value sets (file or directory); "
        "absent: any code is accepted.",
        option=True, metavar="FILE",
    )  # fmt: skip
    patients: str = _setting(
        "any", "Patients that may be submitted for: any of the domain's authorities, or those of the identity feed.",
        option=True, choices=("any", "feed"),
    )  # fmt: skip
    feed_namespaces: str = _setting(
        "", "Names by which ITI-8 may give an assigning authority in place of its OID (PID-3.4, namespace ID): "
        "NAME=OID, between commas."
    )  # fmt: skip
    registry_url: str = _setting(
        "", "Where the repository registers its documents (ITI-42); empty: the registry in the same process.",
        option=True, metavar="URL",
    )  # fmt: skip
    client_cert: Path | None = _setting(
        None, "What the repository shows to a registry on https, in PEM; --trust says whether to believe the registry."
    )
    client_key: Path | None = _setting(None, "The key of client-cert, in PEM.")
    repository_unique_id: str = _setting(
        "", "The repository's OID; empty: one is made at first start and kept in the data directory."
    )
    language: str = _setting(
        "", "Language of error messages; empty: en, under dmp fr.", choices=("en", "fr"),
    )  # fmt: skip
    idempotent_retry: bool = _setting(
        True, "Answer Success to a submission that was already accepted word for word; false: refuse it as a duplicate."
    )
    unknown_patient_in_queries: bool = _setting(
        False, "Answer XDSUnknownPatientId to a query for a patient the feed never announced; false: no results."
    )

    # --- processes
    workers: int = _setting(
        DEFAULT_WORKERS, "Processes that serve requests; SQLite gains nothing from more than two.",
        option=True, metavar="N",
    )  # fmt: skip
    threads: int = _setting(16, "Requests that one process serves at the same time.")
    keep_alive: int = _setting(75, "How long an idle connection stays open.", unit="s")
    stall_timeout: int = _setting(30, "How long a client may stay silent in the middle of a request.", unit="s")
    stop_timeout: int = _setting(20, "How long requests in progress may take to finish after a stop.", unit="s")
    registry_timeout: int = _setting(60, "How long the repository waits for a remote registry.", unit="s")
    repair_interval: int = _setting(
        60, "How often leftovers of interrupted submissions are looked for; 0: never.", unit="s"
    )

    # --- what one message may cost
    max_envelope: int = _setting(16 << 20, "Largest SOAP envelope, without documents.", unit="bytes")
    max_message: int = _setting(4 << 30, "Largest HTTP body.", unit="bytes")
    max_spool: int = _setting(64 << 20, "Most that may come before the envelope in a multipart message.", unit="bytes")
    max_parts: int = _setting(1_000, "Most MIME parts in one message.")
    max_elements: int = _setting(200_000, "Most XML elements in one envelope.")
    max_depth: int = _setting(64, "Deepest XML nesting.")

    max_leaf_objects: int = _setting(5_000, "Most whole objects in the answer to one query.")
    max_references: int = _setting(50_000, "Most object references in the answer to one query.")

    # --- the audit trail
    audit: bool = _setting(True, "Record every transaction in the audit journal (ATNA).", option=True, metavar="BOOL")
    audit_directory: Path | None = _setting(
        None, "Directory of the audit journal; absent: audit in the data directory.", metavar="DIR"
    )
    audit_sync: bool = _setting(
        False, "Put each audit record on the disk before its answer leaves; false: within a tenth of a second."
    )
    audit_failure: str = _setting(
        "continue", "What happens while the audit journal cannot be written: go on, or refuse every request.",
        choices=("continue", "refuse"),
    )  # fmt: skip
    audit_collector: str = _setting(
        "", "Audit record repository that also receives the records: tls://HOST:PORT or udp://HOST:PORT.",
        option=True, metavar="URL",
    )  # fmt: skip
    audit_ca: Path | None = _setting(
        None, "Certificates (PEM) that vouch for the collector.", option=True, metavar="FILE"
    )
    audit_cert: Path | None = _setting(None, "Certificate (PEM) shown to the collector.", option=True, metavar="FILE")
    audit_key: Path | None = _setting(None, "Its private key (PEM).", option=True, metavar="FILE")
    audit_source_id: str = _setting(
        "", "AuditSourceID of the records; empty: carnet@ and the name of this machine.", option=True, metavar="ID"
    )

    # --- what it tells
    log_format: str = _setting("console", "Form of the log lines.", choices=("console", "json"))
    log_level: str = _setting("info", "Least important lines that are written.", choices=("debug", "info", "warning"))


def table() -> tuple[Field[Any], ...]:
    """The settings in the order people read them."""
    return fields(Settings)


def option_name(name: str) -> str:
    """`mllp_port` → `--mllp-port`."""
    return "--" + name.replace("_", "-")


def variable_name(name: str) -> str:
    """`mllp_port` → `CARNET_MLLP_PORT`."""
    return "CARNET_" + name.upper()


def key_name(name: str) -> str:
    """`mllp_port` → `mllp-port`, as written in the TOML file."""
    return name.replace("_", "-")
