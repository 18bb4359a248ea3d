"""What the API asks about a care setting: the pattern across all posters.

In: a CQC location id. Out: counts by month and alarms. Never here: a person, or an item.
Whether an agency may be told a pattern is decided by its caller.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import AsyncConnection

from hub.views.days import ends_at
from hub.views.patterns import RULES, Pattern
from hub.views.rows import AlarmRow, Item, ItemClass
from hub.views.setting_risk import report_of

_BECAUSE = {rule.id: rule.because for rule in RULES}
_SPEAK_UP = frozenset(rule.id for rule in RULES if rule.measure == "speak_up")


@dataclass(frozen=True, slots=True)
class MonthCount:
    """How many items of a type happened in a month, by how many posters."""

    month: date
    type_uri: str
    speak_up: bool
    count: int
    posters: int


@dataclass(frozen=True, slots=True)
class Alarm:
    """A threshold the setting reached, with the reason for the threshold."""

    rule: str
    because: str
    raised_on: date
    window_days: int
    count: int
    posters: int
    position: int


@dataclass(frozen=True, slots=True)
class SettingPattern:
    """What several reports about one setting show together."""

    setting: str
    counts: tuple[MonthCount, ...]
    alarms: tuple[Alarm, ...]


async def setting_pattern(
    connection: AsyncConnection[Any],
    location: str,
    *,
    as_known_on: date | None = None,
    speak_up: bool = False,
) -> SettingPattern:
    """Return a setting's pattern, as of now or as of what was recorded up to a London day.

    Args:
        connection: any role that may read the views.
        location: a CQC location id.
        as_known_on: leave out what was recorded after this day.
        speak_up: also count what whistleblowers said. In a small setting the count alone can point
            to who spoke, so it is left out unless the caller knows that the asker may have it.
    """
    if as_known_on is not None:
        return await _as_known(connection, location, as_known_on, speak_up=speak_up)
    cursor = await connection.execute(
        "SELECT month, type, speak_up, count, posters FROM views_v1.setting_count"
        " WHERE setting = %s AND (%s OR NOT speak_up) ORDER BY month, type, speak_up",
        [location, speak_up],
        prepare=True,
    )
    counts = tuple(MonthCount(*row) for row in await cursor.fetchall())
    cursor = await connection.execute(
        "SELECT rule, raised_on, window_days, count, posters, position"
        " FROM views_v1.setting_alarm WHERE setting = %s ORDER BY raised_on, rule",
        [location],
        prepare=True,
    )
    alarms = [AlarmRow(*row) for row in await cursor.fetchall()]
    return SettingPattern(location, counts, _told(alarms, speak_up=speak_up))


async def _as_known(
    connection: AsyncConnection[Any], location: str, day: date, *, speak_up: bool
) -> SettingPattern:
    cursor = await connection.execute(
        "SELECT i.position, i.subject::text, i.agency, i.jti::text, i.type, i.occurred_at,"
        " i.recorded_at, i.categories, i.class_id, i.setting, i.case_ref, c.poster, c.addressed,"
        " c.facts FROM views_v1.item i JOIN views_v1.item_class c USING (class_id)"
        " WHERE i.setting = %s AND i.recorded_at < %s",
        [location, ends_at(day) * 1000],
        prepare=True,
    )
    reports = [
        report_of(Item(*row[:11]), ItemClass(row[8], row[11], tuple(row[12]), row[13]))
        for row in await cursor.fetchall()
    ]
    pattern = Pattern.of(report for report in reports if report is not None)
    counts = tuple(
        MonthCount(*key, *row)
        for key in sorted(pattern.counted)
        if (row := pattern.count(key)) is not None and (speak_up or not key[2])
    )
    alarms = _told(pattern.all_alarms(), speak_up=speak_up)
    return SettingPattern(location, counts, alarms)


def _told(alarms: list[AlarmRow], *, speak_up: bool) -> tuple[Alarm, ...]:
    told = [alarm for alarm in alarms if speak_up or alarm.rule not in _SPEAK_UP]
    told.sort(key=lambda alarm: (alarm.raised_on, alarm.rule))
    return tuple(Alarm(alarm.rule, _BECAUSE[alarm.rule], *alarm[1:]) for alarm in told)
