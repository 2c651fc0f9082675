"""The account page: a passkey on the way in and out of use, the other browsers, and a colleague who joins by a letter."""

from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Visit, Window


async def with_a_device(window: Window) -> None:
    """Chromium's own authenticator, whose person always touches it."""
    devtools = await window.page.context.new_cdp_session(window.page)
    await devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    await devtools.send(
        "WebAuthn.addVirtualAuthenticator", {"options": {**options, "automaticPresenceSimulation": True}}
    )


async def test_a_passkey_signs_her_in_until_it_is_removed(visit: Visit) -> None:
    sofia = await visit("sofia-marin", PHONE)
    page = sofia.page
    sofia.base = sofia.base.replace("127.0.0.1", "localhost")  # a passkey is of a name, never of a number
    await sofia.goes_to("/sign-in")
    await page.get_by_label("Email").fill("sofia-marin@example.com")
    await page.get_by_label("Password", exact=True).fill("twinmarket-demo")
    await page.get_by_role("button", name="Sign in").click()
    await sofia.sees("Good to see you, Sofía")
    await with_a_device(sofia)
    await sofia.goes_to("/account")
    await sofia.sees("Sign-in and security")
    await expect(page.get_by_text("This browser, now")).to_be_visible()
    await page.get_by_label("Name of this device").fill("My phone")
    await page.get_by_role("button", name="Add a passkey").click()
    await expect(page.get_by_text("Not used yet")).to_be_visible()
    sofia.troubles.clear()  # her portraits are at the other name of this address, from which no page of this one loads
    await sofia.is_well()
    await page.get_by_role("button", name="Sign out everywhere else").click()
    await expect(page.get_by_text("is signed out")).to_be_visible()  # the window that `visit` signed in by its number
    await expect(page.get_by_role("button", name="Sign out everywhere else")).to_have_count(0)
    await page.context.clear_cookies()
    await sofia.goes_to("/sign-in")
    await page.get_by_role("button", name="Use a passkey").click()
    await sofia.sees("Good to see you, Sofía")
    await sofia.goes_to("/account")
    await page.get_by_role("button", name="Remove the passkey My phone").click()
    await expect(page.get_by_text("The passkey opens nothing any more")).to_be_visible()
    await expect(page.get_by_text("Last used")).to_have_count(0)


async def test_a_colleague_joins_by_a_letter_and_is_suspended(visit: Visit) -> None:
    aurore = await visit("maison-aurore", DESKTOP)
    page = aurore.page
    await aurore.goes_to("/agencies/maison-aurore/team")
    await aurore.sees("Team")
    await page.get_by_role("button", name="Write an invitation").click()
    letter = await page.get_by_test_id("once").inner_text()
    await aurore.is_well()
    new = await visit(None, PHONE)
    await new.page.goto(letter)
    await new.sees("You are invited")
    await new.page.get_by_label("Name").fill("Odile Petit")
    await new.page.get_by_label("Email").fill("odile@example.com")
    await new.page.get_by_label("Password", exact=True).fill("four words and a fish")
    await new.is_well()
    await new.page.get_by_role("button", name="Join").click()
    await new.sees("Payouts")
    await page.reload()
    await page.get_by_role("button", name="Suspend").click()
    await page.get_by_role("dialog").get_by_role("button", name="Suspend").click()
    await expect(page.get_by_text("Suspended since")).to_be_visible()
    await new.goes_to("/agencies/maison-aurore")
    await expect(new.page.get_by_text("There is nothing here")).to_be_visible()
