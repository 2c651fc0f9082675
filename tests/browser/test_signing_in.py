"""Signing in, up and out, as people do."""

import re

from playwright.async_api import expect

from core.actor import SYSTEM
from core.seal import Seal
from server import resets, store
from server.demo.seed import PASSWORD
from server.settings import DEVELOPMENT_SECRET
from tests.browser.conftest import DESKTOP, PHONE, Visit
from tests.fakes.town import Town


async def test_she_signs_in_comes_where_she_wanted_and_leaves(visit: Visit) -> None:
    ada = await visit(None, PHONE)
    await ada.goes_to("/models/ada-lindqvist/rates")
    await ada.sees("Sign in")
    await ada.is_well()
    await ada.page.get_by_label("Email").fill("ada-lindqvist@example.com")
    await ada.page.get_by_label("Password", exact=True).fill("not her password")
    await ada.page.get_by_role("button", name="Sign in").click()
    await expect(ada.page.get_by_role("alert")).to_have_text(
        "Email and password do not match. Forgotten? Ask whoever runs this for a link."
    )
    ada.troubles.clear()  # the browser itself notes the 401
    await ada.page.get_by_label("Password", exact=True).fill(PASSWORD)
    await ada.page.get_by_role("button", name="Sign in").click()
    await ada.sees("Rates")
    await ada.page.get_by_role("button", name="Account of Ada Lindqvist").click()
    await ada.is_well()
    await ada.page.get_by_role("button", name="Sign out").click()
    await ada.sees("Sign in")
    await ada.goes_to("/models/ada-lindqvist")
    await ada.sees("Sign in")
    await ada.is_well()


async def test_a_new_model_makes_an_account(visit: Visit) -> None:
    new = await visit(None, PHONE)
    await new.goes_to("/sign-up")
    await new.sees("Make an account")
    await new.page.get_by_role("button", name="Make the account").click()
    await expect(new.page.get_by_text("Write an email address, such as ada@example.com.")).to_be_visible()
    await new.is_well()
    await new.page.get_by_label("Name").fill("Elsa Nyström")
    await expect(new.page.get_by_label("Handle")).to_have_value("elsa-nystrom")
    await new.page.get_by_label("Handle").fill("ada-lindqvist")
    await new.page.get_by_label("Country").select_option("SE")
    await new.page.get_by_label("Email").fill("elsa@example.com")
    await new.page.get_by_label("Password", exact=True).fill("four words and a fish")
    await new.page.get_by_role("button", name="Make the account").click()
    await expect(new.page.get_by_label("Handle")).to_have_attribute("aria-invalid", "true")
    new.troubles.clear()  # the browser itself notes the refusal
    await new.page.get_by_label("Handle").fill("elsa-nystrom")
    await new.page.get_by_role("button", name="Make the account").click()
    await new.sees("Good to see you, Elsa")
    await expect(new.page.get_by_text("You have no twin yet")).to_be_visible()
    await new.is_well()


async def test_who_forgot_her_password_sets_a_new_one(visit: Visit, town: Town) -> None:
    nils = await visit(None, PHONE)
    account = {
        "kind": "MODEL",
        "name": "Nils Berg",
        "handle": "nils-berg",
        "country": "SE",
        "email": "nils@example.com",
    }
    made = await nils.page.request.post(f"{nils.base}/accounts", data={**account, "password": "soon to be forgotten"})
    assert made.status == 201
    async with town.database.read(SYSTEM)() as read:
        person = await store.person_by_email(read, account["email"])
        assert person is not None
        link = resets.link(Seal(DEVELOPMENT_SECRET), "", person, read.now)
    await nils.goes_to(link)
    await nils.sees("A new password")
    await nils.is_well()
    assert "#" not in nils.page.url  # nobody finds it in the browser's history
    await nils.page.get_by_label("New password").fill("123456789012")
    await nils.page.get_by_role("button", name="Save the password").click()
    await expect(nils.page.get_by_role("alert")).to_contain_text("the first that anybody would try")
    nils.troubles.clear()  # the browser itself notes the refusal
    await nils.page.get_by_label("New password").fill("a phrase he can keep")
    await nils.page.get_by_role("button", name="Save the password").click()
    await expect(nils.page.get_by_text("Your password is new")).to_be_visible()
    await nils.is_well()
    await nils.page.get_by_role("link", name="Sign in").click()
    await nils.sees("Sign in")
    await nils.page.get_by_label("Email").fill("nils@example.com")
    await nils.page.get_by_label("Password", exact=True).fill("a phrase he can keep")
    await nils.page.get_by_role("button", name="Sign in").click()
    await nils.sees("Good to see you, Nils")


async def test_it_speaks_swedish(visit: Visit) -> None:
    ada = await visit("ada-lindqvist", PHONE, "dark", language="sv-SE")
    await ada.goes_to("/models/ada-lindqvist/rates/ada")
    await ada.sees("Priser")
    await expect(ada.page.get_by_text(re.compile(r"^Du får 176,80\s€$")).first).to_be_visible()
    await ada.is_well()


async def test_not_hers_is_not_found(visit: Visit) -> None:
    ada = await visit("ada-lindqvist", DESKTOP)
    await ada.goes_to("/agencies/nordlys")
    await expect(ada.page.get_by_text("There is nothing here")).to_be_visible()
    await ada.page.get_by_role("link", name="Go home").click()
    await ada.sees("Good to see you, Ada")
    await ada.is_well()
