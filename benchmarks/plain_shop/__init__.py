"""A shop as it is written with Django, REST framework and SimpleJWT alone: the yardstick of what ours costs.

It locks what it sells, keeps a promo code's limit, caches its list, counts who asks how often, and has an
admin. It has no ledger, no timeline, no mails, no idempotency, and explains no price.
"""
