"""Who may sign in to the pages of the try-out: one ready user for each kind of work.

In: nothing. Out: personas, by the opaque ids the register will hold.
Never here: anybody real; a password, since the try-out's provider asks for none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from hub.demo.people import ANN, LOCATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """One ready user."""

    id: str
    name: str
    job: str
    words: str
    agency: str
    roles: tuple[str, ...]

    def told(self) -> Mapping[str, str]:
        """Return what the first page says of them."""
        return {k: v for k, v in asdict(self).items() if k in ("id", "name", "job", "words")}


PERSONAS: Sequence[Persona] = (
    Persona(
        id="council-17",
        name="Tom Reid",
        job="Liaison officer, Northshire Council",
        words=f"Leads the enquiry about Ann (NHS number {ANN.value}). Sees the whole case.",
        agency="council",
        roles=("liaison", "practitioner"),
    ),
    Persona(
        id="police-204",
        name="Priya Shah",
        job="Liaison officer, Northshire Police",
        words=f"Investigates a crime against Ann ({ANN.value}). Sees what bears on it.",
        agency="police",
        roles=("liaison",),
    ),
    Persona(
        id="home-2",
        name="Mo Fielding",
        job="Manager, Larch House care home",
        words="Works where Ann lives, and is party to the enquiry. Is not told that there is one.",
        agency="provider",
        roles=("liaison", "practitioner"),
    ),
    Persona(
        id="gp-5",
        name="Sam Okoro",
        job="Practice nurse, Elm Road Surgery",
        words="Has seen marks on a patient's arm. Checks whether to tell, tells by form, and reads"
        " the inbox of a practice that has no system of its own.",
        agency="gp",
        roles=("practitioner", "liaison"),
    ),
    Persona(
        id="gp-admin",
        name="Ben Cole",
        job="Practice manager, Elm Road Surgery",
        words="Administers the practice: has the hub keep its signing key, replaces or ends it.",
        agency="gp",
        roles=("agency_admin",),
    ),
    Persona(
        id="ig-1",
        name="Grace Lowe",
        job="Information governance officer",
        words="Reads who was told what and why, and answers a person who asks who saw their data.",
        agency="ig-office",
        roles=("ig_officer",),
    ),
    Persona(
        id="ig-9",
        name="Alex Hart",
        job="Auditor",
        words="Sees that something was disclosed and by which rule, never what it was.",
        agency="ig-office",
        roles=("auditor",),
    ),
    Persona(
        id="sab-3",
        name="Ruth Bell",
        job="Analyst, Safeguarding Adults Board",
        words=f"Sees patterns at a care home (CQC location {LOCATION}) and figures, nobody's name.",
        agency="sab",
        roles=("sab_analyst",),
    ),
)
HELD_FOR: Mapping[str, str] = {"gp": "gp-admin"}
"""For which agency the hub holds a key as well, so that its people can post on the pages; and the
administrator who asked for it."""
