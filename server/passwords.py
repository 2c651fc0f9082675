"""Which passwords are good enough: long, and none of those that everybody tries first. Pure."""

import unicodedata

from core.errors import InvalidInput

LEAST = 12
MOST = 200
"""Characters: what is longer would be cut, and nobody may wonder which part counted."""

COMMONEST = frozenset(
    word
    for line in (
        "123456789012 1234567890123 12345678901234 123456789123 1234567891011 123123123123 112233445566 987654321012",
        "121212121212 123412341234 qwertyuiop12 qwertyuiop123 qwerty123456 qwerty1234567 qwertyqwerty qwertzuiop12",
        "1qaz2wsx3edc 1q2w3e4r5t6y 1q2w3e4r5t6y7u q1w2e3r4t5y6 zaq12wsxcde3 asdfghjkl123 asdfghjklzxc qazwsxedcrfv",
        "password1234 password12345 password123456 passwordpassword passw0rd1234 p@ssword1234 p@ssw0rd1234",
        "mypassword123 adminadminadmin administrator administrator1 administrator123 changeme1234 changemechangeme",
        "letmeinletmein letmein123456 welcome12345 welcome123456 iloveyou1234 iloveyou12345 iloveyouforever",
        "abcdefghijkl abcdefghijklm abcd12345678 abc123abc123 abcabcabcabc football1234 baseball1234 superman1234",
        "sunshine1234 princess1234 charlie12345 dragon123456 monkey123456 master123456 michael12345 azertyuiop12",
        "internet1234 computer1234 whatever1234 trustno1trustno1 correcthorsebatterystaple 1234567890qwerty",
        "qwerty1234567890 zxcvbnmasdfghjkl qwertyuiopasdf twinmarket12 twinmarket123 twinmarket1234",
    )
    for word in line.split()
)
"""The commonest of twelve characters and more, folded; shorter ones are too short already."""


def check(password: str, *, path: str, near: tuple[str, ...] = ()) -> str:
    """As it is kept: NFKC, so that the same keys make the same password everywhere. `near` are words such as the email."""
    kept = unicodedata.normalize("NFKC", password)
    if not LEAST <= len(kept) <= MOST:
        raise InvalidInput(
            f"A password has {LEAST} to {MOST} characters; this one has {len(kept)}. A few words in a row are good.",
            code="PASSWORD_LENGTH",
            path=[path],
        )
    folded = kept.casefold()
    if folded in COMMONEST or len(set(folded)) < 4 or folded in {word.casefold() for word in near}:
        raise InvalidInput(
            "This password is among the first that anybody would try. A few words in a row are good.",
            code="PASSWORD_COMMON",
            path=[path],
        )
    return kept
