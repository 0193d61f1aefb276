"""A real OpenSearch with its security plug-in: TLS with a new authority, users, tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import opensearchpy

from tests.opensearch.server import SECURED, Server, Unavailable, nodes, security

if TYPE_CHECKING:
    from pathlib import Path

WRITER = "기록자"
"""A user whose name and password are not of Latin letters."""
READER = "reader"
STRANGER = "stranger"

_PLUGIN = "-Dplugin=org.opensearch.security.OpenSearchSecurityPlugin"
_ROLES = {
    "writes": {
        "cluster_permissions": ["cluster_monitor", "cluster_composite_ops"],
        "index_permissions": [{"index_patterns": ["kb-*"], "allowed_actions": ["indices_all"]}],
    },
    "reads": {
        "cluster_permissions": ["cluster_monitor", "cluster_composite_ops_ro"],
        "index_permissions": [
            {
                "index_patterns": ["kb-*"],
                "allowed_actions": ["read", "indices:admin/mappings/get", "indices:admin/get"],
            }
        ],
    },
    "asks": {"cluster_permissions": ["cluster_monitor"]},
}
_USERS = {WRITER: "writes", READER: "reads", STRANGER: "asks"}


@dataclass(frozen=True, slots=True)
class Secured:
    """A node that asks who one is.

    Attributes:
        ca: the certificate of the authority that signed the node's.
        other_ca: the certificate of another one.
        passwords: of each user.
        signing: the key of tokens.
    """

    server: Server
    ca: Path
    other_ca: Path
    passwords: dict[str, str]
    signing: bytes

    @property
    def url(self) -> str:
        """Where it is asked, by a name that its certificate holds."""
        return f"https://localhost:{self.server.http}"

    def token(self, user: str, role: str) -> str:
        """A token that names a user and what he may do (RFC 7519)."""
        head, claims = {"alg": "HS512", "typ": "JWT"}, {"sub": user, "roles": role}
        signed = ".".join(_encoded(json.dumps(part).encode()) for part in (head, claims))
        signature = hmac.new(self.signing, signed.encode(), hashlib.sha512).digest()
        return f"{signed}.{_encoded(signature)}"

    def client(self) -> opensearchpy.OpenSearch:
        """A client that may do everything."""
        return _client(self.server, self.ca.parent)


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _client(server: Server, certificates: Path) -> opensearchpy.OpenSearch:
    context = ssl.create_default_context(cafile=str(certificates / "ca.pem"))
    context.load_cert_chain(certificates / "admin.pem", certificates / "admin.key")
    return opensearchpy.OpenSearch(
        [f"https://localhost:{server.http}"], ssl_context=context, max_retries=0
    )


def _openssl(folder: Path, *arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=False)
    if done.returncode:
        raise Unavailable(f"openssl {arguments[0]} has failed: {done.stderr.decode()[-300:]}")


def authority(folder: Path, name: str) -> Path:
    """A new authority's certificate, its key beside it."""
    new = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}")
    uses = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")
    _openssl(folder, *new, *uses, "-keyout", f"{name}.key", "-out", f"{name}.pem")
    return folder / f"{name}.pem"


def certificate(folder: Path, name: str, ca: str = "ca") -> None:
    """A new certificate of an authority, for this machine by its name only."""
    request = ("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}")
    _openssl(folder, *request, "-keyout", f"{name}.key", "-out", f"{name}.csr")
    (folder / "extensions").write_text("subjectAltName=DNS:localhost\n")
    signer = ("-CA", f"{ca}.pem", "-CAkey", f"{ca}.key", "-CAcreateserial", "-days", "2")
    signed = ("x509", "-req", "-in", f"{name}.csr", *signer, "-extfile", "extensions")
    _openssl(folder, *signed, "-out", f"{name}.pem")


def _settings() -> dict[str, str]:
    prefix = "plugins.security"
    settings = {
        f"{prefix}.ssl.{layer}.{kind}_filepath": file
        for layer in ("http", "transport")
        for kind, file in (
            ("pemcert", "node.pem"),
            ("pemkey", "node.key"),
            ("pemtrustedcas", "ca.pem"),
        )
    }
    return {
        **settings,
        f"{prefix}.ssl.http.enabled": "true",
        f"{prefix}.ssl.http.clientauth_mode": "OPTIONAL",
        f"{prefix}.ssl.transport.enforce_hostname_verification": "false",
        f"{prefix}.authcz.admin_dn": "[CN=admin]",
        f"{prefix}.nodes_dn": "[CN=node]",
        f"{prefix}.allow_default_init_securityindex": "true",
        f"{prefix}.audit.type": "noop",
        "compatibility.override_main_response_version": "false",
    }


def _configure(place: Path, signing: bytes) -> None:
    """The plug-in's own configuration, without its demo users and with tokens."""
    place.mkdir()
    for file in (security() / "config").glob("*.yml"):
        shutil.copy(file, place)
    (place / "internal_users.yml").write_text(
        "_meta:\n  type: internalusers\n  config_version: 2\n", encoding="utf-8"
    )
    token = {
        "type": "jwt",
        "challenge": False,
        "config": {
            "signing_key": base64.b64encode(signing).decode(),
            "jwt_header": "Authorization",
            "roles_key": "roles",
            "subject_key": "sub",
        },
    }
    domains: dict[str, Any] = {
        "token": {
            "http_enabled": True,
            "order": 0,
            "http_authenticator": token,
            "authentication_backend": {"type": "noop"},
        },
        "basic": {
            "http_enabled": True,
            "order": 1,
            "http_authenticator": {"type": "basic", "challenge": True},
            "authentication_backend": {"type": "intern"},
        },
    }
    config = {"dynamic": {"http": {"anonymous_auth_enabled": False}, "authc": domains}}
    about = {"_meta": {"type": "config", "config_version": 2}, "config": config}
    (place / "config.yml").write_text(json.dumps(about), encoding="utf-8")  # JSON is YAML


@contextmanager
def secured() -> Iterator[Secured]:
    """A secured node that has started.

    Raises:
        Unavailable: it cannot be fetched or does not start.
    """
    security()
    if not shutil.which("openssl"):
        raise Unavailable("openssl, which makes the certificates, is not installed")
    with nodes(SECURED, heap="1g", settings=_settings(), options=[_PLUGIN]) as [server]:
        folder = server.folder / "config"
        folder.mkdir(parents=True)
        ca, other = authority(folder, "ca"), authority(folder, "other")
        certificate(folder, "node")
        certificate(folder, "admin")
        signing = secrets.token_bytes(64)
        _configure(folder / "opensearch-security", signing)
        server.start()
        passwords = {user: f"비밀-{secrets.token_urlsafe(16)}" for user in _USERS}
        with _client(server, folder) as client:
            server.wait(client, wait_for_status="yellow")
            _wait_for_users(client)
            _fill(client, passwords)
        yield Secured(server, ca, other, passwords, signing)


def _wait_for_users(client: opensearchpy.OpenSearch) -> None:
    """The plug-in writes its own index after the node is there."""
    for _ in range(150):
        try:
            client.transport.perform_request("GET", "/_plugins/_security/api/roles/all_access")
        except opensearchpy.TransportError:
            time.sleep(0.2)
        else:
            return
    raise Unavailable("the security plug-in does not start")


def _fill(client: opensearchpy.OpenSearch, passwords: dict[str, str]) -> None:
    api = "/_plugins/_security/api"
    for role, rights in _ROLES.items():
        client.transport.perform_request("PUT", f"{api}/roles/{role}", body=rights)
        users = [user for user, has in _USERS.items() if has == role]
        mapping = {"users": users, "backend_roles": [role]}
        client.transport.perform_request("PUT", f"{api}/rolesmapping/{role}", body=mapping)
    for user, password in passwords.items():
        client.transport.perform_request(
            "PUT", f"{api}/internalusers/{user}", body={"password": password}
        )
