"""Start the try-out's identity provider, and tell the hub of it.

In: the hub's settings, its ready users. Out: settings that name the provider; a Child.
Never here: a real provider. What it is told it reads from a pipe that only the try-out holds.
"""

import json
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hub.demo.processes import Child, start
from hub.ids import SystemSource
from hub.settings import Settings
from hub.web.parts import CALLBACK, MOUNTED_AT


def signed_in(settings: Settings, host: str) -> Settings:
    """Return settings that name a provider on a free port, with a secret of its own."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port = probe.getsockname()[1]
    return settings.model_copy(
        update={
            "oidc_issuer": f"http://{host}:{port}",
            "oidc_client_id": "hub",
            "oidc_client_secret": SystemSource().bytes(24).hex(),
        }
    )


def identity_provider(
    settings: Settings, people: Sequence[Mapping[str, Any]], folder: Path
) -> Child:
    """Start the provider that the settings name."""
    told = {
        "issuer": settings.oidc_issuer,
        "client_id": settings.oidc_client_id,
        "client_secret": settings.oidc_client_secret,
        "redirect_uri": f"{settings.public_url}{MOUNTED_AT}{CALLBACK}",
        "people": people,
    }
    child = start(
        "identity provider", ["hub.demo.idp"], settings={}, log=folder / "idp.log", talks=True
    )
    if child.process.stdin is not None:
        child.process.stdin.write(json.dumps(told).encode() + b"\n")
        child.process.stdin.flush()
    return child
