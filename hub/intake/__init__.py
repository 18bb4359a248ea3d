"""The way in: bytes that someone signed become an event, or a refusal that names its cause.

In: a compact JWS (RFC 8417), the keyring, the register of agencies, who is calling, the time.
Out: verify.Verified, which only verify.verify makes; or errors.IntakeError.
Never here: a clock, storage, a network, settings, or a value of a refused event in an error.

Read verify.py first: it calls the other files in the order a token passes them. jws splits it and
reads its header, keyring finds the key, claims reads what was signed, contracts.catalogue reads
the event. jsonstrict is under all of them.
"""
