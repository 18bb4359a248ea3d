"""An evidence pack: what is in it, that two strangers to the hub verify it, and what they find."""

import json
import os
import re
import shutil
import subprocess
import sys
from argparse import Namespace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner

from adapters.verifiers.verify import Pack
from hub.audit.evidence import EvidenceError
from hub.audit.pack import zipped
from hub.audit.selection import Scope, ScopeError
from hub.cli import app
from hub.disclosure.receipt import digest
from hub.intake import encoding
from hub.ledger.checkpoint import COSIGNATURE, Verifier
from tests.audit.evidence import HARM, Told, files_of
from tests.audit.spoiled_packs import Files, entry_of, flipped, of_type, spoiled
from tests.support.hub_process import environment
from tests.support.parts import concern, person

VERIFIERS = Path(__file__).parents[2] / "adapters" / "verifiers"


def verified(files: Files, **given: Any) -> Pack:  # noqa: ANN401 - the verifier's options
    """Return the Python verifier, done."""
    pack = Pack(files, Namespace(**{"hub": None, "log": None, "witness": None, **given}))
    pack.run()
    return pack


def test_pack_as_it_was_written_verifies_and_says_so(told: Told) -> None:
    for pack in (told.pack, told.content):
        done = verified(files_of(pack))
        assert done.faults == []
        assert done.leaves == len([n for n in files_of(pack) if n.endswith(".proof")]) > 6
        assert any(line.startswith("witness w.example: 2026-") for line in done.told)
        firsts = [
            line for line in done.told if re.match(r"position \d+: in the log by 2026-", line)
        ]
        assert len(firsts) == done.leaves
        assert any(line.endswith("signature holds") for line in done.told)
    disputed = "a key of curve-h: compromised, disputed from 2026-"
    assert any(line.startswith(disputed) for line in verified(files_of(told.pack)).told)


def test_program_prints_a_plain_report_and_ends_with_zero(told: Told, tmp_path: Path) -> None:
    pack = tmp_path / "p.zip"
    pack.write_bytes(told.pack)
    key = json.loads(files_of(told.pack)["keys/hub.jwk"])
    program = [sys.executable, "-I", str(VERIFIERS / "verify.py")]
    command = [*program, str(pack)]
    known = [f"--hub={told.hub.signer.kid}", "--log", told.log.key.verifier.vkey,
             "--witness", told.witness.vkey]  # fmt: skip
    done = subprocess.run([*command, *known], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "VERIFIED"
    assert "NOTE" not in done.stdout
    unknown = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "NOTE: keys were taken from the pack" in unknown.stdout
    assert key["kty"] == "OKP"
    pack.write_bytes(flipped(told.pack))
    spoiled = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (spoiled.returncode, spoiled.stdout.splitlines()[-1]) == (1, "NOT VERIFIED")
    absent = subprocess.run([*program, str(tmp_path / "no")], capture_output=True, check=False)
    assert absent.returncode == 2


def test_pack_without_an_order_holds_nothing_that_an_agency_said(told: Told) -> None:
    assert HARM.encode() not in told.pack
    assert b"999000" not in told.pack  # nobody's number either
    files = files_of(told.pack)
    closed = [json.loads(raw) for name, raw in files.items() if name.endswith(".json")]
    events = [said for said in closed if said.get("kind") == "event"]
    assert len(events) == 2
    assert all(said["token"] is None and "type" not in said for said in events)


def test_pack_on_an_order_opens_what_was_disclosed_and_the_register_says_so(told: Told) -> None:
    files = files_of(told.content)
    name = entry_of(files, lambda said: said["kind"] == "event")
    claims = encoding.decode(json.loads(files[name])["token"].split(".")[1].encode())
    assert HARM.encode() in claims
    ((routing,),) = told.parts.rows(
        "SELECT routing FROM ledger.header WHERE routing->>'reason' = 'CO-2026-0042'"
    )
    shown = {item["position"] for item in routing["items"]}
    opened = {
        said["position"]
        for raw in (files[n] for n in files if n.startswith("entries/") and n.endswith(".json"))
        if (said := json.loads(raw))["kind"] == "event" and said["token"] is not None
    }
    assert opened == shown
    assert (routing["legal_demand"], routing["channel"]) == ("court_order", "bundle")
    assert routing["body_digest"] == digest(told.content)


def test_every_export_is_recorded_with_the_digest_of_its_bytes(told: Told) -> None:
    claims = json.loads(encoding.decode(told.receipt.split(".")[1].encode()))
    assert claims["bd"] == digest(told.pack)


def test_summary_names_each_answer_for_people(told: Told) -> None:
    files = files_of(told.pack)
    page, paper = files["summary.html"].decode(), files["summary.pdf"]
    assert "released to council-a" in page
    assert "acknowledged by council-a" in page
    assert paper.startswith(b"%PDF-1.4")
    assert b"released to council-a" in paper
    assert paper.endswith(b"%%EOF\n")


@pytest.mark.parametrize(
    "scope",
    [
        Scope(case="C-77"),
        Scope(since=date(2026, 1, 1), until=date(2030, 1, 1)),
    ],
    ids=["case", "period"],
)
def test_pack_about_a_case_or_a_period_verifies_too(told: Told, scope: Scope) -> None:
    files = files_of(told.export(scope).body)
    assert verified(files).faults == []
    assert entry_of(files, of_type("disclosure-made"))
    assert entry_of(files, of_type("recipient-acknowledged"))


def test_pack_about_an_erased_subject_says_so_and_verifies(told: Told) -> None:
    subject = told.parts.post("home-e", concern(harm="gone"), person("9990000026")).subject
    told.log.sequence()
    told.cosign()
    told.log.connection.execute(
        "UPDATE ledger.subject_key SET state = 'gone', wrapped = '' WHERE key_id = %s", [subject]
    )
    files = files_of(told.export(Scope(subject=subject), demand="s45", reason="S45-1").body)
    assert verified(files).faults == []
    said = json.loads(files[entry_of(files, lambda said: said["kind"] == "event")])
    assert (said["erased"], said["token"]) == (True, None)


def test_what_cannot_be_asked_for_is_refused(told: Told) -> None:
    with pytest.raises(ScopeError, match="name a disclosure"):
        told.export(Scope())
    with pytest.raises(ScopeError, match="nothing on record"):
        told.export(Scope(disclosure=UUID(int=1)))
    with pytest.raises(EvidenceError, match="scope ig"):
        told.export(Scope(subject=told.subject), agency="council-a")
    with pytest.raises(EvidenceError, match="legal demand"):
        told.export(Scope(subject=told.subject), reason="because")
    told.parts.timeline("council-a", told.subject)
    with pytest.raises(EvidenceError, match="does not cover"):
        told.parts.run(_export_unsequenced(told))
    told.log.sequence()


async def _export_unsequenced(told: Told) -> Any:  # noqa: ANN401 - an Answer
    from hub.audit.evidence import Asked  # noqa: PLC0415
    from hub.exporting import evidence_of  # noqa: PLC0415

    scope = Scope(subject=told.subject)
    return await evidence_of(told.hub).export(Asked(agency="ig-office", officer="x", scope=scope))


def test_command_writes_the_pack_and_its_receipt_and_says_where(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(told.hub.settings).items():
        monkeypatch.setenv(name, value)
    pack = tmp_path / "p.zip"
    who = ["--evidence", str(pack), "--agency", "ig-office", "--officer", "ig.1"]
    run = CliRunner().invoke(app, ["export", *who, "--case", "C-77", "--json"])
    assert run.exit_code == 0, run.stderr
    assert verified(files_of(pack.read_bytes())).faults == []
    receipt = Path(json.loads(run.stdout)["receipt"]).read_text("ascii")
    claims = json.loads(encoding.decode(receipt.split(".")[1].encode()))
    assert claims["bd"] == digest(pack.read_bytes())
    told.log.sequence()
    told.cosign()
    for wrong in (["--case", "C-none"], [], ["--subject", "x"], ["--case", "C-77", "--demand", "x"],
                  ["--since", "yesterday"]):  # fmt: skip
        run = CliRunner().invoke(app, ["export", *who, *wrong])
        assert (run.exit_code, run.stderr[:11]) == (2, "hub export:"), run.stderr
    monkeypatch.setenv("HUB_TSA_URL", "http://127.0.0.1:1/")
    run = CliRunner().invoke(app, ["export", *who, "--case", "C-77"])
    assert (run.exit_code, "time authority" in run.stderr) == (1, True)


def test_tampering_with_any_file_is_found_and_the_file_named(told: Told) -> None:
    missed = []
    for case in spoiled(told):
        named = {name for name, _ in verified(case.files).faults}
        if case.found not in named:
            missed.append((case.name, named))
    assert missed == []


def test_keys_that_are_not_those_one_was_given_are_found(told: Told) -> None:
    files = files_of(told.pack)
    done = verified(files, hub="k" * 43, log="other+00000000+AQ==")
    assert {"keys/hub.jwk", "keys/log.vkey"} <= {name for name, _ in done.faults}
    stranger = Verifier.of("w.other", COSIGNATURE, told.witness.raw).vkey
    done = verified(files, witness=[stranger])
    assert {name for name, _ in done.faults} == {"log/checkpoint"}


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the Node verifier and jose, fetched by name from the lock."""
    npm = shutil.which("npm")
    folder = tmp_path_factory.mktemp("node")
    for name in ("verify.mjs", "package.json", "package-lock.json"):
        shutil.copy(VERIFIERS / name, folder)
    fetched = npm and subprocess.run(
        [npm, "ci", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, check=False
    )
    if not fetched or fetched.returncode:
        if os.environ.get("CI") == "true":
            pytest.fail("the second verifier is required here: Node and npm ci")
        pytest.skip("no Node, or jose cannot be fetched")
    return folder


@pytest.mark.heavy
def test_node_and_jose_agree_about_every_pack_and_every_tampering(
    told: Told, node: Path, tmp_path: Path
) -> None:
    program = shutil.which("node")
    assert program is not None

    def run(raw: bytes, *given: str) -> tuple[int, list[str]]:
        pack = tmp_path / "p.zip"
        pack.write_bytes(raw)
        done = subprocess.run(
            [program, node / "verify.mjs", pack, *given], capture_output=True, check=False
        )
        return done.returncode, done.stdout.decode().splitlines()

    for pack in (told.pack, told.content):
        code, lines = run(pack, "--witness", told.witness.vkey)
        assert (code, lines[-1]) == (0, "VERIFIED"), lines
        other = subprocess.run(
            [sys.executable, "-I", str(VERIFIERS / "verify.py"), str(tmp_path / "p.zip"),
             "--witness", told.witness.vkey], capture_output=True, text=True, check=True,
        )  # fmt: skip
        differ = [(one, two) for one, two in zip(lines, other.stdout.splitlines(), strict=True)
                  if one != two]  # fmt: skip
        # Two reports that are one, but for what Node does not have: CMS.
        assert [one.partition(":")[0][:10] for one, _ in differ] == ["time stamp"]
    missed = []
    for case in spoiled(told):
        code, lines = run(zipped(case.files))
        if code != 1 or not any(line.startswith(f"FAULT {case.found}:") for line in lines):
            missed.append((case.name, lines))
    assert missed == []
    assert run(told.pack, "--log", "other+00000000+AQ==")[0] == 1
