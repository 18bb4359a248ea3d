"""What names an event in the log is a URI, so that renaming a class breaks no stored event."""

from urllib.parse import urlsplit

from contracts.catalogue import EVENT_TYPES
from tests.support.parts import Parts, concern


def test_every_type_in_the_catalogue_is_a_versioned_uri() -> None:
    for uri in EVENT_TYPES:
        parts = urlsplit(uri)
        assert (parts.scheme, parts.netloc) == ("https", "hub.example")
        assert parts.path.rpartition("/")[2].startswith("v")


def test_stored_topics_are_those_uris_and_none_is_a_python_path(parts: Parts) -> None:
    record = parts.post("gp-c", concern())
    parts.project()
    parts.timeline("council-a", record.subject)
    stored = {row[0] for row in parts.rows("SELECT topic FROM ledger.events")}
    assert len(stored) == 5  # a rulebook, an agency, a key, a concern, a disclosure
    assert stored <= EVENT_TYPES.keys()
    assert (
        parts.rows(
            "SELECT DISTINCT type FROM ledger.header EXCEPT"
            " SELECT DISTINCT topic FROM ledger.events"
        )
        == []
    )
