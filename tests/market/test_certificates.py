"""Certificates: what they state, who can check them, and that nothing else passes for one."""

import asyncio
import base64
import json
import random
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from joserfc import jws
from joserfc.jwk import KeySet, OctKey, OKPKey

from core.actor import SYSTEM
from core.seal import Seal
from core.signing import Forged, KeyPair, key_id, new_key, public_jwk, read
from market import certificates, store
from market.certificates import KIND, Verification
from market.states import LicenceStatus, TwinStatus
from market.tables import Licence
from server.database import Database
from tests import factories
from tests.factories import ListedTwin, Player, number, rights

SEAL = Seal("a secret of at least sixteen characters")
URL = "https://market.example"
MUTATIONS = 10_000


class Deal:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.ada: ListedTwin
        self.lumen: Player
        self.licence: Licence

    async def make(self) -> "Deal":
        self.ada = await factories.listed_twin(self.database)
        self.lumen = await factories.brand(self.database)
        self.licence = await factories.licence(self.database, self.lumen, self.ada, rights(start=0, days=10))
        return self

    async def key(self) -> KeyPair:
        async with self.database.work(SYSTEM)() as work:
            return await certificates.ensure_key(work, SEAL)

    async def rotate(self, *, revoke: bool = False) -> KeyPair:
        async with self.database.work(SYSTEM)() as work:
            return await certificates.rotate(work, SEAL, revoke=revoke)

    async def certificate(self, key: KeyPair | None = None) -> str:
        async with self.database.read(SYSTEM)() as read:
            licence = await store.licences.find(read, number(self.licence))
            names = (await certificates.names_of(read, [licence]))[number(licence)]
            consent = (await store.licences.consents(read, [number(licence)]))[number(licence)]
        return certificates.certificate(licence, consent, names, key=key or await self.key(), seal=SEAL, url=URL)

    async def verify(self, text: str) -> Verification:
        async with self.database.read(SYSTEM)() as read:
            return await certificates.verify(read, text)

    async def keys(self) -> dict[str, Any]:
        async with self.database.read(SYSTEM)() as read:
            return await certificates.public_keys(read)


@pytest.fixture
async def deal(database: Database) -> Deal:
    return await Deal(database).make()


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
async def test_an_independent_library_verifies_it_with_the_published_keys(deal: Deal) -> None:
    text = await deal.certificate()
    await deal.rotate()
    keys = KeySet.import_key_set(await deal.keys())  # type: ignore[arg-type]
    assert len(keys.keys) == 2
    checked = jws.deserialize_compact(text, keys, algorithms=["EdDSA"])
    assert checked.headers()["typ"] == KIND
    stated = json.loads(checked.payload)
    assert (stated["iss"], stated["sub"]) == (URL, deal.licence.number)
    told = stated["licence"]
    assert (told["model"], told["brand"], told["agency"]) == ("Ada Lindqvist", "Lumen", None)
    assert told["twin"] == {"name": "Ada", "handle": deal.ada.handle, "version": 1}
    assert told["rights"]["media"] == ["SOCIAL_PAID"]
    assert told["rights"]["territories"] == ["NO", "SE"] or told["rights"]["territories"] == ["SE", "NO"]
    assert told["status"].startswith(f"{URL}/certificates/")
    assert "price" not in json.dumps(stated)
    found = await deal.verify(text)
    assert (found.valid, found.status, found.twin_name, found.brand_name) == (
        True,
        LicenceStatus.ACTIVE,
        "Ada",
        "Lumen",
    )


async def test_the_same_licence_has_the_same_certificate(deal: Deal) -> None:
    assert await deal.certificate() == await deal.certificate()


async def test_the_status_is_told_to_who_has_the_certificate(deal: Deal) -> None:
    url = certificates.status_url(deal.licence, SEAL, URL)
    async with deal.database.read(SYSTEM)() as read:
        told = await certificates.status_of(read, SEAL, url.rpartition("/")[2])
        assert told is not None
        assert (told["number"], told["status"]) == (deal.licence.number, LicenceStatus.ACTIVE)
        for guess in ("1", "", "x" * 50, SEAL.id("Licence", number(deal.licence)), "\0", "å"):
            assert await certificates.status_of(read, SEAL, guess) is None


async def test_ten_thousand_mutations_and_none_is_valid(deal: Deal) -> None:
    text, chance = await deal.certificate(), random.Random(7)
    await deal.rotate()
    foreign = new_key()
    made = {text}
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.="
    async with deal.database.read(SYSTEM)() as read:
        while len(made) <= MUTATIONS:
            mutated = mutation(text, chance, foreign, letters)
            if mutated in made:
                continue
            made.add(mutated)
            found = await certificates.verify(read, mutated)
            assert not found.valid, mutated
            assert found.reason
            assert found.licence is None
        assert (await certificates.verify(read, text)).valid  # the reader was not asleep


def mutation(text: str, chance: random.Random, foreign: KeyPair, letters: str) -> str:
    header, payload, signature = text.split(".")
    place = chance.randrange(len(text))
    match chance.randrange(8):
        case 0 | 1:
            return text[:place] + chance.choice(letters) + text[place + 1 :]
        case 2:
            return text[:place] + text[place + 1 :]
        case 3:
            return text[:place] + chance.choice(letters) + text[place:]
        case 4:
            said = json.loads(plain(payload))
            said["licence"]["rights"]["endsOn"] = f"2{chance.randrange(1000):03}-01-01"
            said["exp"] += chance.randrange(1, 10**9)
            return f"{header}.{coded(said)}.{signature}"
        case 5:
            alg = chance.choice(["none", "None", "HS256", "ES256", "EdDSA ", "Ed448", f"x{chance.random()}"])
            other = json.loads(plain(header)) | {"alg": alg, chance.choice(["kid", "jku"]): f"k{chance.random()}"}
            return f"{coded(other)}.{payload}.{chance.choice([signature, '', 'AA'])}"
        case 6:
            stated = json.loads(plain(payload)) | {"iat": chance.randrange(10**9)}
            return foreign.sign(KIND, stated)
        case _:
            stated = json.loads(plain(payload)) | {"iat": chance.randrange(10**9)}
            forged = foreign.sign(KIND, stated).split(".")
            return f"{header}.{forged[1]}.{forged[2]}"  # our key's name over another's signature


def plain(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def coded(said: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


async def test_every_other_spelling_of_the_same_signature_is_refused(deal: Deal) -> None:
    """The last letter of 64 bytes has four bits to spare: fifteen spellings decode to the same signature."""
    text = await deal.certificate()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    others = [text[:-1] + letter for letter in alphabet if letter != text[-1]]
    same = [each for each in others if plain(each.rpartition(".")[2]) == plain(text.rpartition(".")[2])]
    assert len(same) == 15
    for each in (*others, f"{text}=", f"{text}.", f".{text}", text.replace(".", "..")):
        assert not (await deal.verify(each)).valid
    group_order = 2**252 + 27742317777372353535851937790883648493
    signature = plain(text.rpartition(".")[2])
    shifted = int.from_bytes(signature[32:], "little") + group_order
    twin = base64.urlsafe_b64encode(signature[:32] + shifted.to_bytes(32, "little")).rstrip(b"=").decode()
    assert not (await deal.verify(f"{text.rpartition('.')[0]}.{twin}")).valid


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
async def test_no_other_algorithm_passes(deal: Deal) -> None:
    text, key = await deal.certificate(), await deal.key()
    payload = plain(text.split(".")[1])
    public = public_jwk(key.public)
    secret = OctKey.import_key({"kty": "oct", "k": public["x"]})
    confused = jws.serialize_compact(
        {"alg": "HS256", "kid": key.id, "typ": KIND}, payload, secret, algorithms=["HS256"]
    )
    own = OKPKey.generate_key("Ed25519")
    header = {"alg": "EdDSA", "kid": key.id, "typ": KIND}
    foreign = jws.serialize_compact(header, payload, own, algorithms=["EdDSA"])
    with_jwk = jws.serialize_compact(header | {"jwk": own.as_dict(private=False)}, payload, own, algorithms=["EdDSA"])
    other_kind = key.sign("JWT", json.loads(payload))
    for each in (confused, foreign, with_jwk, other_kind):
        assert not (await deal.verify(each)).valid
    assert (await deal.verify(key.sign(KIND, json.loads(payload)))).valid
    assert not (await deal.verify(key.sign(KIND, {"sub": "TM-2026-999999"}))).valid
    assert not (await deal.verify(key.sign(KIND, {}))).valid


@pytest.mark.parametrize(
    "text", ["", ".", "..", "...", "a.b.c", "e30.e30.e30", "å.ä.ö", "x" * 30_000, "\0.\0.\0", "W10.W10.AA"]
)
async def test_rubbish_is_answered_in_words(deal: Deal, text: str) -> None:
    found = await deal.verify(text)
    assert (found.valid, found.licence) == (False, None)
    assert len(found.reason) > 20


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ("update licence set status = 'TERMINATED', ended_at = clock()", LicenceStatus.TERMINATED, "terminated"),
        ("update licence set status = 'ENDED', ended_at = clock()", LicenceStatus.ENDED, "over"),
        ("update licence set days = daterange(current_date - 9, current_date)", LicenceStatus.ENDED, "over"),
    ],
)
async def test_what_no_longer_runs_is_not_valid(deal: Deal, change: str, status: LicenceStatus, said: str) -> None:
    text = await deal.certificate()
    async with deal.database.writes.begin() as connection:
        await connection.execute(sa.text(change))
    found = await deal.verify(text)
    assert (found.valid, found.status, said in found.reason) == (False, status, True)
    assert found.licence is not None


async def test_a_paused_licence_is_not_valid_until_it_goes_on(deal: Deal) -> None:
    text = await deal.certificate()
    await factories.set_status(deal.database, deal.ada, TwinStatus.SUSPENDED)
    found = await deal.verify(text)
    assert (found.valid, found.status, "paused" in found.reason) == (False, LicenceStatus.SUSPENDED, True)
    await factories.set_status(deal.database, deal.ada, TwinStatus.LISTED)
    assert (await deal.verify(text)).valid


async def test_nothing_is_certified_before_it_is_paid(deal: Deal) -> None:
    bid = await factories.offer(deal.database, deal.lumen, deal.ada)
    deal.licence = await factories.accept(deal.database, bid, deal.ada)
    assert not certificates.is_certified(deal.licence)
    with pytest.raises(ValueError, match="before it is paid"):
        await deal.certificate()


async def test_keys_rotate_and_old_certificates_hold_until_the_key_is_revoked(deal: Deal) -> None:
    first, before = await deal.certificate(), await deal.key()
    after = await deal.rotate()
    assert before.id != after.id
    assert await deal.key() == after
    second = await deal.certificate()
    assert [(await deal.verify(each)).valid for each in (first, second)] == [True, True]
    third = await deal.rotate(revoke=True)
    found = [await deal.verify(each) for each in (first, second)]
    assert [each.valid for each in found] == [True, False]
    assert "withdrawn" in found[1].reason
    assert [key["kid"] for key in (await deal.keys())["keys"]] == [third.id, before.id]
    async with deal.database.reads.connect() as connection:
        kept = (
            await connection.execute(sa.text("select sealed from signing_key where retired_at is not null"))
        ).scalars()
        assert set(kept) == {""}


async def test_a_key_is_published_while_a_certificate_of_it_counts(deal: Deal) -> None:
    before = await deal.key()
    await factories.move_clock(deal.database, timedelta(hours=1))
    after = await deal.rotate()
    assert {key["kid"] for key in (await deal.keys())["keys"]} == {before.id, after.id}
    async with deal.database.writes.begin() as connection:
        await connection.execute(sa.text("update licence set status = 'ENDED', ended_at = clock()"))
    assert {key["kid"] for key in (await deal.keys())["keys"]} == {after.id}


async def test_a_private_key_is_kept_sealed_and_another_secret_makes_another(deal: Deal) -> None:
    key = await deal.key()
    async with deal.database.reads.connect() as connection:
        row = (await connection.execute(sa.text("select * from signing_key"))).one()
    assert key.private not in bytes(str(row), "utf-8")
    assert base64.urlsafe_b64encode(key.private).rstrip(b"=").decode() not in str(row)
    async with deal.database.work(SYSTEM)() as work:
        other = await certificates.ensure_key(work, Seal("another secret of sixteen characters"))
    assert other.id != key.id


async def test_many_at_once_make_one_key(deal: Deal) -> None:
    made = await asyncio.gather(*(deal.key() for _ in range(20)))
    assert len({key.id for key in made}) == 1


def test_a_key_is_named_by_its_thumbprint() -> None:
    key = new_key()
    assert OKPKey.import_key(public_jwk(key.public)).thumbprint() == key.id == key_id(key.public)
    with pytest.raises(Forged):
        read(key.sign(KIND, {}), kind="other")
