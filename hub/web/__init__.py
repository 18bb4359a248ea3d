"""The screens: pages for officers, rendered here, over the same desk that serves the API.

In: a browser's request. Out: HTML that works without scripts, under a strict content policy.
Never here: a second way to what is held. A page asks the desk, the auditor or the advisor, and
shows the answer that was recorded; it decides nothing about sharing.
"""
