"""Commands about agencies and their keys: agency add|list, key register|revoke|list.

In: what two officers approved. Out: events in the ledger, signed by the hub.
Never here: a private key of an agency; they hand over the public half.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from pydantic import ValidationError

if TYPE_CHECKING:
    from hub.api.parts import Hub

agency = typer.Typer(no_args_is_help=True, help="Register agencies and list them.")
key = typer.Typer(no_args_is_help=True, help="Register agencies' keys, revoke and list them.")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@agency.command("add")
def add(
    slug: Annotated[str, typer.Argument(help="Its short name: lower-case letters, digits, -.")],
    name: Annotated[str, typer.Option(help="Its name.")],
    kind: Annotated[str, typer.Option(help="council, police, cqc, nhs_trust, gp, provider ...")],
    *,
    scopes: Annotated[str, typer.Option(help="Of events, read, ig.")] = "events,read",
    prevent_specified: Annotated[
        bool, typer.Option(help="A specified authority (CTSA 2015 Sch 6).")
    ] = False,
    public_authority: Annotated[bool, typer.Option(help="A public authority.")] = False,
    as_json: Json = False,
) -> None:
    """Register an agency. Example: hub agency add avon-police --name Avon --kind police."""
    from contracts.governance import AgencyRegistered  # noqa: PLC0415
    from hub.assembly import enrol  # noqa: PLC0415

    def work(hub: "Hub") -> Awaitable[Any]:
        entry = AgencyRegistered.model_validate_json(
            json.dumps(
                {
                    "agency": slug,
                    "name": name,
                    "kind": kind,
                    "prevent_specified": "yes" if prevent_specified else "no",
                    "public_authority": "yes" if public_authority else "no",
                    "scopes": [s for s in scopes.split(",") if s],
                    "approved_by": list(hub.settings.officers),
                }
            )
        )
        return enrol(hub, entry)

    record = _with_hub(work)
    _tell({"agency": slug, "position": record.position}, as_json=as_json)


@agency.command("list")
def listed(*, as_json: Json = False) -> None:
    """List registered agencies. Example: hub agency list --json."""

    async def work(hub: "Hub") -> list[dict[str, str]]:
        return [
            {"id": a.slug, "kind": a.kind, "name": a.name} for a in hub.directory.now.agencies.all()
        ]

    found = _with_hub(work)
    if as_json:
        _tell({"agencies": found}, as_json=True)
        return
    for entry in found:
        typer.echo(f"{entry['id']:40} {entry['kind']:24} {entry['name']}")


@key.command("register")
def register(
    slug: Annotated[str, typer.Argument(help="The agency.")],
    jwk_file: Annotated[Path, typer.Argument(help="Its public key, as a JWK file.")],
    *,
    as_json: Json = False,
) -> None:
    """Register an agency's first key. Example: hub key register avon-police key.pub.jwk."""
    from contracts.governance import Jwk  # noqa: PLC0415
    from hub.assembly import register_key  # noqa: PLC0415

    def work(hub: "Hub") -> Awaitable[Any]:
        members = json.loads(jwk_file.read_text("utf-8"))
        if isinstance(members, dict):
            members = members.get("jwk", members)  # the kit prints it so
        if isinstance(members, dict):
            members.pop("kid", None)  # it is the key's thumbprint, so nothing is lost
        return register_key(hub, slug, Jwk.model_validate_json(json.dumps(members)))

    record = _with_hub(work)
    _tell({"agency": slug, "position": record.position}, as_json=as_json)


@key.command("revoke")
def revoke(
    slug: Annotated[str, typer.Argument(help="The agency.")],
    kid: Annotated[str, typer.Argument(help="The key's thumbprint.")],
    *,
    reason: Annotated[str, typer.Option(help="rotated, retired, lost or compromised.")],
    compromised_since: Annotated[
        int, typer.Option(help="Seconds since 1970 from which what it signed is in doubt; 0: none.")
    ] = 0,
    as_json: Json = False,
) -> None:
    """Revoke a key. Example: hub key revoke avon-police KID --reason compromised."""
    from contracts.governance import KeyRevoked  # noqa: PLC0415
    from hub.assembly import revoke_key  # noqa: PLC0415

    def work(hub: "Hub") -> Awaitable[Any]:
        body = {
            "agency": slug,
            "kid": kid,
            "reason": reason,
            "compromised_since": compromised_since or None,
        }
        return revoke_key(hub, KeyRevoked.model_validate_json(json.dumps(body)))

    record = _with_hub(work)
    _tell({"agency": slug, "kid": kid, "position": record.position}, as_json=as_json)


@key.command("hold")
def hold(
    slug: Annotated[str, typer.Argument(help="The agency, which has no system of its own.")],
    *,
    asked_by: Annotated[str, typer.Option(help="Its administrator who asked, as an opaque id.")],
    as_json: Json = False,
) -> None:
    """Draw a key and keep it for an agency, to sign on its behalf; the one before ends.

    Example: hub key hold elm-surgery --asked-by elm-admin-1.
    """

    def work(hub: "Hub") -> Awaitable[Any]:
        if hub.directory.now.agencies.find(slug) is None:
            _refuse("no such agency is registered")
        return hub.keystore.enrol(slug, asked_by=asked_by)

    _tell({"agency": slug, "kid": _with_hub(work), "held_by": "hub"}, as_json=as_json)


@key.command("release")
def release(
    slug: Annotated[str, typer.Argument(help="The agency.")], *, as_json: Json = False
) -> None:
    """Revoke and destroy what the hub holds for an agency. Example: hub key release elm-surgery."""

    def work(hub: "Hub") -> Awaitable[Any]:
        return hub.keystore.retire(slug)

    _tell({"agency": slug, "ended": _with_hub(work)}, as_json=as_json)


@key.command("list")
def keys(
    slug: Annotated[str, typer.Argument(help="The agency.")], *, as_json: Json = False
) -> None:
    """List an agency's keys, past ones too. Example: hub key list avon-police."""

    async def work(hub: "Hub") -> list[dict[str, Any]]:
        return [
            {
                "kid": k.kid,
                "alg": str(k.alg),
                "nbf": k.nbf,
                "exp": k.exp,
                "revoked_at": k.revoked_at,
                "compromised_since": k.compromised_since,
                "held_by": "hub" if k.held else "agency",
            }
            for k in hub.directory.now.keyring.held_by(slug)
        ]

    found = _with_hub(work)
    if as_json:
        _tell({"agency": slug, "keys": found}, as_json=True)
        return
    for entry in found:
        state = "in force" if entry["revoked_at"] is None else "revoked"
        typer.echo(f"{entry['kid']}  {entry['alg']:8} {state}")


def _with_hub(work: "Callable[[Hub], Awaitable[Any]]") -> Any:  # noqa: ANN401 - what work gives
    """Do something with a hub's parts, and put them away.

    A refusal becomes one line and exit code 2; nothing was changed.
    """
    from hub.assembly import DatabaseError, with_hub  # noqa: PLC0415
    from hub.intake.errors import IntakeError  # noqa: PLC0415
    from hub.ledger.record import LedgerError  # noqa: PLC0415
    from hub.settings import load  # noqa: PLC0415

    try:
        return asyncio.run(with_hub(load(), work))
    except ValidationError as error:
        places = ", ".join("/".join(str(step) for step in e["loc"]) for e in error.errors())
        _refuse(f"not well formed: {places}")
    except IntakeError as error:
        _refuse(error.description)
    except DatabaseError as error:
        _refuse(str(error))
    except (LedgerError, OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        _refuse(f"{type(error).__name__}: {error}")


def _refuse(words: str) -> NoReturn:
    typer.echo(f"hub: {words}", err=True)
    raise typer.Exit(2)


def _tell(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(answer))
    else:
        typer.echo("  ".join(f"{k}: {v}" for k, v in answer.items()))
