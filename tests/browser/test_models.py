"""A model on her phone: from an account to a listed twin, her answer to a bid, and stopping everything."""

from typing import Any

from playwright.async_api import expect

from tests.browser.conftest import PHONE, Visit
from tests.fakes.town import Town

RIGHTS = {
    "media": ["SOCIAL_PAID", "ECOMMERCE"],
    "territories": ["SE", "DK"],
    "industry": "SWIMWEAR",
    "startsOn": "2028-06-01",
    "endsOn": "2028-08-31",
    "exclusivity": "TOTAL",
}
OFFER = """mutation Offer($input: MakeOfferInput!) { makeOffer(input: $input) { __typename ... on BidPlaced { bid { id } } } }"""
STATUS = "query Status($handle: String!) { twin(handle: $handle) { status } }"


async def offered(town: Town, brand: str, twin: str, amount: str, **rights: Any) -> str:
    client = town.client(brand)
    found = await client.ask("query Twin($handle: String!) { twin(handle: $handle) { id } }", handle=twin)
    given = {
        "twinId": found["twin"]["id"],
        "rights": RIGHTS | rights,
        "amount": {"amount": amount, "currency": "EUR"},
        "intendedUse": "Twelve pictures on a beach, in paid social media and the web shop.",
    }
    told = await client.ask(OFFER, input=given)
    assert told["makeOffer"]["__typename"] == "BidPlaced", told
    bid_id: str = told["makeOffer"]["bid"]["id"]
    return bid_id


async def test_she_reads_signs_and_sees_the_licence_become_active(visit: Visit, town: Town) -> None:
    await offered(town, "havsand", "ebba", "14500.00")
    await offered(town, "linden-lowe", "ebba", "5200.00", industry="APPAREL", exclusivity="NON_EXCLUSIVE")
    ebba = await visit("ebba-sandell", PHONE, "dark")
    await ebba.goes_to("/models/ebba-sandell")
    await ebba.page.get_by_role("link", name="2 bids wait for your answer").click()
    await ebba.sees("Bids")
    await expect(ebba.page.get_by_text("Excludes another bid")).to_have_count(2)
    await ebba.is_well()
    await ebba.page.get_by_role("link", name="Havsand").click()
    await ebba.sees("Havsand wants Ebba")
    await expect(ebba.page.get_by_role("region", name="What it is worth")).to_contain_text("€10,106.50")
    await ebba.is_well()
    await ebba.page.get_by_role("button", name="Read and sign").click()
    dialog = ebba.page.get_by_role("dialog", name="Your consent")
    await expect(dialog.get_by_text("CONSENT TO THE USE OF A DIGITAL TWIN")).to_be_visible()
    await ebba.is_well()
    await dialog.get_by_role("textbox").fill("Somebody Else")
    await dialog.get_by_role("button", name="Sign and accept €14,500").click()
    await expect(dialog.get_by_text("Type your name as it stands in the text: Ebba Sandell.")).to_be_visible()
    await dialog.get_by_role("textbox").fill("Ebba Sandell")
    await dialog.get_by_role("button", name="Sign and accept €14,500").click()
    await ebba.sees("Ebba for Havsand")
    await expect(ebba.page.get_by_text("Paid. The brand may use your twin as written below.")).to_be_visible(
        timeout=40_000
    )
    await ebba.is_well()
    await ebba.goes_to("/models/ebba-sandell/bids")
    await expect(ebba.page.get_by_text("No bid waits for you")).to_be_visible()  # the rival's is lost


async def test_terms_that_changed_are_read_anew_before_they_are_signed(visit: Visit, town: Town) -> None:
    bid_id = await offered(town, "havsand", "lena", "9000.00")
    lena = await visit("lena-vogt", PHONE)
    await lena.goes_to(f"/models/lena-vogt/bids/{bid_id}")
    await lena.page.get_by_role("button", name="Read and sign").click()
    dialog = lena.page.get_by_role("dialog", name="Your consent")
    await expect(dialog).to_be_visible()
    model = town.client("lena-vogt")
    policy = 'twin(handle: "lena") { id consentPolicy { media territories maximumDays } }'
    twin = (await model.ask(f"query Policy {{ {policy} }}"))["twin"]
    given = twin["consentPolicy"] | {"twinId": twin["id"], "restrictions": ["My freckles stay"]}
    change = "mutation SetConsent($input: SetConsentPolicyInput!) { setConsentPolicy(input: $input) { __typename } }"
    told = await model.ask(change, input=given)
    assert told["setConsentPolicy"]["__typename"] == "TwinUpdated"
    await dialog.get_by_role("textbox").fill("Lena Vogt")
    await dialog.get_by_role("button", name="Sign and accept").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("The terms changed since you opened them")
    await expect(dialog.get_by_text("My freckles stay")).to_be_visible()
    await expect(dialog.get_by_role("textbox")).to_have_value("")
    await lena.is_well()
    await dialog.get_by_role("textbox").fill("Lena Vogt")
    await dialog.get_by_role("button", name="Sign and accept").click()
    await lena.sees("Lena for Havsand")


async def test_from_an_account_to_a_listed_twin(visit: Visit, town: Town) -> None:
    """Nothing but what the screens say; what she is led to next is on the screen before."""
    new = await visit(None, PHONE)
    await new.goes_to("/sign-up")
    await new.page.get_by_label("Name").fill("Tuva Åkesson")
    await new.page.get_by_label("Country").select_option("SE")
    await new.page.get_by_label("Email").fill("tuva@example.com")
    await new.page.get_by_label("Password", exact=True).fill("four words and a heron")
    await new.page.get_by_role("button", name="Make the account").click()
    await new.sees("Good to see you, Tuva")
    await new.page.get_by_role("link", name="You have no twin yet").click()
    await new.sees("A new twin")
    await new.page.get_by_label("Height, cm").fill("178")
    await new.page.get_by_role("button", name="Make twin").click()
    await new.sees("Rates")
    await new.page.get_by_role("switch", name="Paid social").click()
    await new.page.get_by_label("Paid social, price for thirty days").fill("400")
    await new.page.get_by_role("button", name="Save rates").click()
    await expect(new.page.get_by_text("Rates saved", exact=True)).to_be_visible()
    await new.is_well()
    await expect(new.page.get_by_role("button", name="Dismiss")).to_have_count(
        0, timeout=20_000
    )  # toasts go by themselves
    await new.page.get_by_role("link", name="Next: what may be asked of Tuva").click()
    await new.sees("Consent")
    await new.page.get_by_role("button", name="Save consent").click()
    await expect(new.page.get_by_text("Consent saved", exact=True)).to_be_visible()
    await new.is_well()
    await new.page.get_by_role("link", name="Next: put Tuva on the market").click()
    await new.page.get_by_role("button", name="Put on the market").click()
    await expect(new.page.get_by_text("Brands see it and can bid.")).to_be_visible()
    await new.is_well()
    seen = await town.client("havsand").ask(STATUS, handle="tuva")
    assert seen["twin"]["status"] == "LISTED"


async def test_she_stops_everything_and_goes_on(visit: Visit, town: Town) -> None:
    noor = await visit("noor-haddad", PHONE)
    await noor.goes_to("/models/noor-haddad/twins")
    await noor.sees("Your twins")
    await noor.page.get_by_role("button", name="Stop ").last.click()
    dialog = noor.page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    await noor.is_well()
    await dialog.get_by_role("button", name="Stop everything").click()
    await expect(noor.page.get_by_text("Stopped. Nothing new, and running licences are paused.").first).to_be_visible()
    assert (await town.client("noor-haddad").ask(STATUS, handle="noor"))["twin"]["status"] == "SUSPENDED"
    await noor.page.get_by_role("button", name="Resume").first.click()
    await expect(noor.page.get_by_text("Brands see it and can bid.").first).to_be_visible()
