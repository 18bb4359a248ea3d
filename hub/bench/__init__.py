"""How fast the hub is here, as ratios to what this machine can do at the same moment.

In: which scenarios, how many runs. Out: figures, ceilings measured in the same run, ratios.
Never here: a shortcut the real hub could reach. What is measured without its record or its work is
built in `noop`, which nothing else imports; what is measured with it is `hub serve` as it stands.

Figures of a shared machine wander; a ratio to a ceiling taken seconds before wanders much less.

Follow one run: run -> stage (processes) -> intake, reading, projecting (scenarios) -> material
(signed requests, made before the clock starts) -> load (sends them) -> figures (the arithmetic).
"""
