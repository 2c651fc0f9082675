"""The main job, step by step, as its people do it: each step is shown, and checked to the minor unit."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from server.demo import documents
from server.demo.books import amount, expected_shares, shown
from server.demo.cast import MODELS
from server.demo.client import Client
from server.demo.payouts import PayoutWatch
from server.demo.seed import NOT_YET_PAYABLE, Seeding, expect, policy, rates
from server.demo.show import Stage

AUCTION_SECONDS = 7
PATIENCE_SECONDS = 60
ADA = next(part for part in MODELS if part.handle == "ada-lindqvist")


class Story:
    def __init__(self, stage: Stage, market: Seeding) -> None:
        self.stage = stage
        self.market = market
        self.ada = market.client(ADA.handle)
        self.agency = market.client(str(ADA.agency))
        self.brands = {handle: market.client(handle) for handle in ("havsand", "linden-lowe", "atelier-brune")}
        self.summer = datetime.now(UTC).year + 1
        self.twin_id = ""
        self.licences: list[dict[str, Any]] = []

    async def play(self) -> None:
        await self.make_a_twin()
        await self.sign_a_mandate()
        await self.look_for_twins()
        opened, sealed = await self.open_listings()
        await self.bid_openly(opened)
        await self.bid_in_secret(sealed)
        await self.wait_for_the_close(opened, sealed)
        async with PayoutWatch.of(self.stage, self.agency, self.market.accounts[str(ADA.agency)].id) as watch:
            await self.only_she_can_sign(opened)
            await self.sign_what_stands_now(opened)
            await self.sign_two_at_once(sealed)
            await self.see_the_money_arrive(watch)
        await self.hold_what_cannot_be_paid_yet()

    # ------------------------------------------------------------------ the seller's side

    async def make_a_twin(self) -> None:
        stage = self.stage
        stage.step("Ada makes a twin, says what she allows, and sets her rates")
        handle = f"ada-{datetime.now(UTC):%y%m%d-%H%M%S}"
        created = await self.ada.do(
            documents.CREATE_TWIN, handle=handle, name=f"Ada, summer {self.summer}", description="Light, linen, long evenings.",
            heightCm=178, hairColour="blonde", eyeColour="blue", tags=["summer", "linen"],
            previewUrls=[self.market.portrait(ADA, handle, "blonde")],
        )  # fmt: skip
        twin = expect(created, "TwinCreated")["twin"]
        self.twin_id = twin["id"]
        stage.act("Ada Lindqvist", "createTwin", f"{twin['handle']}, {twin['status']}")
        allowed = expect(
            await self.ada.do(documents.SET_CONSENT_POLICY, twinId=self.twin_id, **policy()), "TwinUpdated"
        )
        consent = allowed["twin"]["consentPolicy"]
        stage.act(
            "Ada Lindqvist",
            "setConsentPolicy",
            f"version {consent['version']}: {', '.join(consent['territories'])}, at most {consent['maximumDays']} days",
        )
        card = expect(await self.ada.do(documents.SET_RATES, twinId=self.twin_id, **rates(260, "EUR")), "RatesSet")[
            "rateCard"
        ]
        paid_social = next(rate for rate in card["rates"] if rate["medium"] == "SOCIAL_PAID")
        stage.act(
            "Ada Lindqvist",
            "setRates",
            f"SOCIAL_PAID {shown(paid_social['per30Days'])} for 30 days; floor {shown(card['floor'])}",
        )
        stage.check(amount(paid_social["per30Days"]) == Decimal(260), "the rate card shows the rate that was set")
        listed = expect(
            await self.ada.do(documents.SET_TWIN_STATUS, twinId=self.twin_id, status="LISTED"), "TwinUpdated"
        )
        stage.act("Ada Lindqvist", "setTwinStatus", listed["twin"]["status"])

    async def sign_a_mandate(self) -> None:
        stage = self.stage
        stage.step("Her agency proposes a mandate; she accepts")
        found = await self.ada.ask(documents.FIND_MODEL, id=self.market.accounts[ADA.handle].id)
        if old := found["node"]["mandate"]:
            ended = expect(await self.ada.do(documents.END_MANDATE, mandateId=old["id"]), "MandateEnded")
            stage.act("Ada Lindqvist", "endMandate", f"the present one: {ended['mandate']['status']}")
        mandate = await self.market.sign_mandate(ADA)
        stage.act(
            "Nordlys Models", "proposeMandate", f"{mandate['commissionBasisPoints'] // 100} % until {mandate['endsOn']}"
        )
        stage.act("Ada Lindqvist", "respondToMandate", "ACTIVE")

    async def open_listings(self) -> tuple[str, str]:
        stage = self.stage
        stage.step("Her agency puts two sets of rights on offer")
        closes = datetime.now(UTC) + timedelta(seconds=AUCTION_SECONDS)
        made = []
        for kind, rights, start, what in (
            ("OPEN", self._summer_rights(), "800.00", "paid social and web, DE + AT, Jun to Aug"),
            ("SEALED", self._tokyo_rights(), "900.00", "out of home, JP, Sep, TOTAL exclusivity"),
        ):
            answer = await self.agency.do(
                documents.CREATE_LISTING, twinId=self.twin_id, rights=rights, format=kind, closesAt=closes.isoformat(),
                startingPrice={"amount": start, "currency": "EUR"}, softCloseSeconds=1,
            )  # fmt: skip
            listing = expect(answer, "ListingCreated")["listing"]
            stage.act("Nordlys Models", "createListing", f"{kind}: {what}, from {start} EUR")
            made.append(str(listing["id"]))
        return made[0], made[1]

    # ------------------------------------------------------------------ the brands

    async def look_for_twins(self) -> None:
        stage = self.stage
        stage.step("A brand's app asks which twins it can license for exactly this")
        rights = self._summer_rights()
        wanted = {"availableFor": rights, "maximumPrice": {"amount": "8000.00", "currency": "EUR"}}
        found = (await self.brands["havsand"].ask(documents.AVAILABLE_TWINS, filter=wanted, rights=rights))["twins"]
        stage.act(
            "Havsand",
            "twins",
            f"{found['totalCount']} for paid social and the web shop in DE + AT, June to August, under 8,000 EUR:",
        )
        for twin in found["nodes"][:3]:
            stage.note(
                f"{twin['name']:<28} {shown(twin['quote']['price']):>16}   {(twin['agency'] or {'name': 'no agency'})['name']}"
            )
        mine = [twin for twin in found["nodes"] if twin["id"] == self.twin_id]
        stage.check(
            len(mine) == 1 and mine[0]["availability"]["available"], "Ada's new twin is among the available ones"
        )
        quote = mine[0]["quote"]
        stage.check(
            sum(amount(share["amount"]) for share in quote["shares"]) == amount(quote["price"]),
            "the shares sum to the price",
        )
        stage.note(f"{mine[0]['name']:<28} {shown(quote['price']):>16}   of which")
        stage.note(f"  {', '.join(self._share(share) for share in quote['shares'])}")

    async def bid_openly(self, listing: str) -> None:
        stage = self.stage
        stage.step("Three rivals bid on the OPEN listing")
        await self._bid("havsand", "Havsand", listing, "800.00", "1403.37")
        await self._bid("linden-lowe", "Linden & Lowe", listing, "1000.00", "1250.00", wants=None)
        low = await self._place("atelier-brune", listing, "850.00", None)
        stage.check(low["__typename"] == "BidTooLow", "a bid under the minimum is refused")
        stage.act("Atelier Brune", "placeBid", f"BidTooLow: the minimum is {shown(low['minimum'])}")
        stage.check(amount(low["minimum"]) > Decimal(1250), "the secret maximum has bid on Havsand's behalf")
        await self._bid("atelier-brune", "Atelier Brune", listing, low["minimum"]["amount"], "1700.00")
        seen = (await self.brands["linden-lowe"].ask(documents.LOOK_AT_LISTING, id=listing))["node"]
        names = {bid["brand"]["handle"] for bid in seen["bids"]["nodes"]}
        stage.check(names <= {"linden-lowe"}, "a rival sees only its own bids")
        stage.act(
            "Linden & Lowe",
            "node(listing)",
            f"stands at {shown(seen['currentPrice'])}; of the bids it sees its own alone",
        )

    async def bid_in_secret(self, listing: str) -> None:
        stage = self.stage
        stage.step("Two of them bid on the SEALED listing")
        await self._bid("linden-lowe", "Linden & Lowe", listing, "1499.99", None)
        await self._bid("atelier-brune", "Atelier Brune", listing, "1350.50", None)
        seen = (await self.brands["havsand"].ask(documents.LOOK_AT_LISTING, id=listing))["node"]
        hidden = seen["bidCount"] == 0 and seen["currentPrice"] is None and seen["bids"]["totalCount"] == 0
        stage.check(hidden, "a SEALED listing tells a rival nothing")
        stage.act("Havsand", "node(listing)", "no bids, no price, no names: it tells nothing")

    async def wait_for_the_close(self, *listings: str) -> None:
        stage = self.stage
        with stage.console.status("   waiting for the close ..."):
            await self._until(lambda: self._all_closed(listings))
        stage.act("the clock", "closesAt", "both listings are CLOSED")

    # ------------------------------------------------------------------ the model signs

    async def only_she_can_sign(self, listing: str) -> None:
        stage = self.stage
        stage.step("Ada reads the consent document. Nobody else can sign it")
        bid = await self._winner(listing)
        stage.check(
            Decimal("1403.37") * 105 / 100 <= amount(bid["amount"]) <= Decimal(1700),
            "the price is one increment over the second highest maximum",
        )
        document = (await self.ada.ask(documents.READ_CONSENT, id=bid["id"]))["node"]["consentDocument"]
        stage.act(
            "Ada Lindqvist",
            "consentDocument",
            f"{len(document['text'].split())} words, SHA-256 {document['digest'][:16]}...",
        )
        for who, client in (("Nordlys Models", self.agency), ("Atelier Brune", self.brands["atelier-brune"])):
            answer = await self._accept(client, bid["id"], document["digest"])
            stage.act(who, "acceptBid", answer["__typename"])
            stage.check(answer["__typename"] == "NotAllowed", f"{who} cannot sign for her")

    async def sign_what_stands_now(self, listing: str) -> None:
        stage = self.stage
        stage.step("She changes her mind about one thing, so the old text cannot be signed")
        bid = await self._winner(listing)
        old = (await self.ada.ask(documents.READ_CONSENT, id=bid["id"]))["node"]["consentDocument"]
        changed = policy() | {
            "restrictions": ["Do not change skin tone, age or body shape.", "No smoking, not even implied."]
        }
        expect(await self.ada.do(documents.SET_CONSENT_POLICY, twinId=self.twin_id, **changed), "TwinUpdated")
        stale = await self._accept(self.ada, bid["id"], old["digest"])
        stage.act(
            "Ada Lindqvist", "acceptBid", f"{stale['__typename']}: read version {stale['current']['policyVersion']}"
        )
        stage.check(stale["__typename"] == "ConsentOutdated", "a text that has changed cannot be signed")
        licence = expect(await self._accept(self.ada, bid["id"], stale["current"]["digest"]), "BidAccepted")["licence"]
        stage.act(
            "Ada Lindqvist",
            "acceptBid",
            f"BidAccepted: {licence['number']}, {shown(licence['price'])}, {licence['status']}",
        )
        self.licences.append(licence)

    async def sign_two_at_once(self, listing: str) -> None:
        stage = self.stage
        stage.step("Two acceptances of conflicting rights at the same instant")
        bids = (await self.ada.ask(documents.LOOK_AT_LISTING, id=listing))["node"]["bids"]["nodes"]
        stage.check(len(bids) == 2, "after the close Ada sees both sealed bids")
        texts = [(await self.ada.ask(documents.READ_CONSENT, id=bid["id"]))["node"]["consentDocument"] for bid in bids]
        answers = await asyncio.gather(
            *(self._accept(self.ada, bid["id"], text["digest"]) for bid, text in zip(bids, texts, strict=True))
        )
        for bid, answer in zip(bids, answers, strict=True):
            stage.act(
                "Ada Lindqvist", "acceptBid", f"{bid['brand']['name']}, {shown(bid['amount'])}: {answer['__typename']}"
            )
        kinds = sorted(answer["__typename"] for answer in answers)
        stage.check(kinds == ["BidAccepted", "RightsUnavailable"], "exactly one of two conflicting licences exists")
        self.licences.append(next(answer["licence"] for answer in answers if answer["__typename"] == "BidAccepted"))

    # ------------------------------------------------------------------ the money

    async def see_the_money_arrive(self, watch: PayoutWatch) -> None:
        stage = self.stage
        stage.step("The brands are charged; the agency watches the money arrive, live")
        parts = [expected_shares(amount(licence["price"]), ADA.commission) for licence in self.licences]
        await watch.until_paid(sum((part["MODEL"] + part["AGENCY"] for part in parts), Decimal(0)))
        for licence, part in zip(self.licences, parts, strict=True):
            paid = (await self.ada.ask(documents.LICENCE, number=licence["number"]))["licence"]
            stage.act(
                "Ada Lindqvist",
                "licence",
                f"{paid['number']} {paid['status']}, {shown(paid['price'])} from {paid['brand']['name']}",
            )
            stage.check(paid["status"] == "ACTIVE", f"{paid['number']} is ACTIVE once it is paid")
            got = {share["role"]: amount(share["amount"]) for share in paid["payment"]["shares"]}
            stage.check(got == part, f"shares {got} are what the price implies: {part}")
            stage.note(", ".join(self._share(share) for share in paid["payment"]["shares"]))

    async def hold_what_cannot_be_paid_yet(self) -> None:
        stage = self.stage
        stage.step("A payee who is not ready: her share is held, then paid")
        noor, kumo = self.market.client(NOT_YET_PAYABLE), self.market.client("kumo-beauty")
        twin = (await kumo.ask(documents.FIND_TWIN, handle="noor"))["twin"]
        offered = await kumo.do(
            documents.MAKE_OFFER, twinId=twin["id"], rights=self._beauty_rights(), amount={"amount": "1234.57", "currency": "EUR"},
            intendedUse="A skincare film on our own website and social channels, spring campaign.",
        )  # fmt: skip
        bid = expect(offered, "BidPlaced")["bid"]
        stage.act("Kumo Beauty", "makeOffer", shown(bid["amount"]))
        document = (await noor.ask(documents.READ_CONSENT, id=bid["id"]))["node"]["consentDocument"]
        accepted = await self._accept(noor, bid["id"], document["digest"], signature="Noor Haddad")
        licence = expect(accepted, "BidAccepted")["licence"]
        await self._until(lambda: self._share_is(noor, licence["number"], "HELD", "TRANSFERRED"))
        held = await self._share_is(noor, licence["number"], "HELD")
        stage.act(
            "Noor Haddad",
            "licence",
            f"{licence['number']}: her share is {'HELD' if held else 'TRANSFERRED, she is ready since last time'}",
        )
        await self.market.onboard(NOT_YET_PAYABLE)
        stage.act("Noor Haddad", "startPayeeOnboarding", "tells Stripe who she is")
        await self._until(lambda: self._share_is(noor, licence["number"], "TRANSFERRED"))
        paid = (await noor.ask(documents.LICENCE, number=licence["number"]))["licence"]
        got = {share["role"]: amount(share["amount"]) for share in paid["payment"]["shares"]}
        stage.check(got == expected_shares(Decimal("1234.57"), None), f"shares {got} are what the price implies")
        stage.act("Noor Haddad", "licence", ", ".join(self._share(share) for share in paid["payment"]["shares"]))

    # ------------------------------------------------------------------ small things

    async def _bid(
        self, handle: str, name: str, listing: str, offer: str, maximum: str | None, wants: bool | None = True
    ) -> None:
        placed = expect(await self._place(handle, listing, offer, maximum), "BidPlaced")["bid"]
        secret = f", secret maximum {maximum}" if maximum else ""
        leading = {True: "; leads", False: "; outbid at once", None: ""}[placed["leading"]]
        self.stage.act(name, "placeBid", f"{offer} EUR{secret}{leading}")
        if maximum:
            self.stage.check(placed["leading"] is bool(wants), f"{name} {'leads' if wants else 'does not lead'}")

    async def _place(self, handle: str, listing: str, offer: str, maximum: str | None) -> dict[str, Any]:
        euros = {"amount": offer, "currency": "EUR"}
        secret = {"maximum": {"amount": maximum, "currency": "EUR"}} if maximum else {}
        use = "Summer campaign: stills for paid social posts and the web shop."
        return await self.brands[handle].do(
            documents.PLACE_BID, listingId=listing, amount=euros, intendedUse=use, **secret
        )

    async def _accept(self, client: Client, bid: str, digest: str, signature: str = ADA.name) -> dict[str, Any]:
        return await client.do(documents.ACCEPT_BID, bidId=bid, consentDigest=digest, signature=signature)

    async def _winner(self, listing: str) -> dict[str, Any]:
        bids = (await self.ada.ask(documents.LOOK_AT_LISTING, id=listing))["node"]["bids"]["nodes"]
        return dict(next(bid for bid in bids if bid["leading"]))

    async def _all_closed(self, listings: tuple[str, ...]) -> bool:
        seen = [(await self.ada.ask(documents.LOOK_AT_LISTING, id=listing))["node"]["status"] for listing in listings]
        return all(status == "CLOSED" for status in seen)

    async def _share_is(self, client: Client, number: str, *statuses: str) -> bool:
        paid = (await client.ask(documents.LICENCE, number=number))["licence"]
        return any(share["role"] == "MODEL" and share["status"] in statuses for share in paid["payment"]["shares"])

    async def _until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        for _ in range(PATIENCE_SECONDS * 5):
            if await holds():
                return
            await asyncio.sleep(0.2)
        self.stage.check(False, f"waited for {PATIENCE_SECONDS} seconds in vain")

    @staticmethod
    def _share(share: dict[str, Any]) -> str:
        return f"{share['role'].lower()} {shown(share['amount'])}"

    def _summer_rights(self) -> dict[str, Any]:
        return self._rights(["SOCIAL_PAID", "ECOMMERCE"], ["DE", "AT"], "APPAREL", "06-01", "08-31", "INDUSTRY")

    def _tokyo_rights(self) -> dict[str, Any]:
        return self._rights(["OUT_OF_HOME"], ["JP"], "APPAREL", "09-01", "09-30", "TOTAL")

    def _beauty_rights(self) -> dict[str, Any]:
        return self._rights(
            ["BRAND_WEBSITE", "SOCIAL_ORGANIC"], ["NL", "DE"], "BEAUTY", "03-01", "04-30", "NON_EXCLUSIVE"
        )

    def _rights(
        self, media: list[str], territories: list[str], industry: str, first: str, last: str, exclusivity: str
    ) -> dict[str, Any]:
        days = {"startsOn": f"{self.summer}-{first}", "endsOn": f"{self.summer}-{last}"}
        return {"media": media, "territories": territories, "industry": industry, **days, "exclusivity": exclusivity}
