"""The try-out: agencies post over HTTP, and each partner is shown what the law lets it see.

In: a published chronology and a made-up story. Out: what the hub answered to whom, and why.
Never here: a real person, or an answer worked out by this package. What a partner sees is what the
hub sent it, over the wire, through adapters.kit.
"""
