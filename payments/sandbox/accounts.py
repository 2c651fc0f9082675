"""Payees: recipients of Accounts v2, the links by which they complete their details, and the capability to receive."""

from typing import Any

from payments.sandbox.calls import Call, invalid, missing
from payments.sandbox.store import Thing, new_id
from payments.sandbox.webhooks import timestamp
from payments.sandbox.world import World

INCLUDABLE = ("configuration", "defaults", "identity", "requirements")
LINK_MINUTES = 5
DUE = ("identity.business_details.address", "configuration.recipient.default_outbound_destination")
STATUS_UPDATED = "v2.core.account[configuration.recipient].capability_status_updated"
CLOSED = "v2.core.account.closed"
REQUIREMENTS_UPDATED = "v2.core.account[requirements].updated"


def create_account(world: World, call: Call) -> Thing:
    told = ("contact_email", "display_name", "dashboard", "identity", "defaults", "metadata", "include")
    call.check(("configuration",), told)
    wanted = call.params["configuration"].get("recipient", {}).get("capabilities", {}).get("stripe_balance", {})
    if not wanted.get("stripe_transfers", {}).get("requested"):
        raise invalid(
            "The sandbox knows recipients that request stripe_balance.stripe_transfers.", param="configuration"
        )
    _check_express(call)
    account: Thing = {
        "id": new_id("acct"),
        "object": "v2.core.account",
        "applied_configurations": ["recipient"],
        "closed": False,
        "contact_email": call.text("contact_email"),
        "created": timestamp(),
        "dashboard": call.text("dashboard"),
        "defaults": call.params.get("defaults"),
        "display_name": call.text("display_name"),
        "identity": call.params.get("identity"),
        "livemode": False,
        "metadata": call.metadata,
        "_transfers": "restricted",
        "_due": list(DUE),
    }
    return _included(world.state.put(account), call)


def _check_express(call: Call) -> None:
    """Of the Express dashboard, fees and losses are the platform's: Stripe refuses anything else."""
    told = (call.params.get("defaults") or {}).get("responsibilities") or {}
    collectors = {told.get("fees_collector"), told.get("losses_collector")}
    if call.text("dashboard") == "express" and collectors != {"application"}:
        raise invalid("With dashboard 'express' both collectors must be 'application'.", param="defaults")


def find_account(world: World, call: Call) -> Thing:
    call.check((), ("include",))
    return _included(account_of(world, call.ids["account"]), call)


def account_of(world: World, account_id: Any) -> Thing:
    account = world.state.find(str(account_id), "v2.core.account")
    if account is None:
        raise missing("account", account_id)
    return account


def create_link(world: World, call: Call) -> Thing:
    call.check(("account", "use_case"))
    account = account_of(world, call.params["account"])
    use_case = call.params["use_case"]
    if use_case["type"] != "account_onboarding":
        raise invalid("The sandbox makes links for account_onboarding only.", param="use_case[type]")
    link: Thing = {
        "id": new_id("link"),
        "object": "v2.core.account_link",
        "account": account["id"],
        "created": timestamp(),
        "expires_at": timestamp(minutes=LINK_MINUTES),
        "livemode": False,
        "use_case": use_case,
    }
    link["url"] = f"{world.settings.public_url}/onboarding/{link['id']}"
    world.state.put({**link, "_used": False})
    return {name: value for name, value in link.items() if name != "id"}


def complete_onboarding(world: World, link: Thing) -> None:
    """What the payee does on the page. A link is good for once."""
    link["_used"] = True
    world.state.put(link)
    account = account_of(world, link["account"])
    account["_due"] = []
    _tell(world, account, REQUIREMENTS_UPDATED)
    set_transfers(world, account, "active")


def set_transfers(world: World, account: Thing, status: str) -> None:
    account["_transfers"] = status
    world.state.put(account)
    _tell(world, account, STATUS_UPDATED)


def close_account(world: World, account: Thing) -> None:
    """For good. Raises ValueError while there is money on it."""
    if any(each["amount"] for each in world.state.all("_balance") if each["account"] == account["id"]):
        raise ValueError(f"there is money on {account['id']}")
    account.update(closed=True, _transfers="unsupported")
    world.state.put(account)
    _tell(world, account, CLOSED)


def check_open(world: World, account_id: str) -> None:
    """Who asks in the name of an account that was closed is told that it may not."""
    account = world.state.find(account_id, "v2.core.account")
    if account is None or account["closed"]:
        message = f"The provided key does not have access to account '{account_id}' (or that account does not exist)."
        raise invalid(message, code="account_invalid", status=403)


def _tell(world: World, account: Thing, event_type: str) -> None:
    world.outbox.thin(event_type, account, f"/v2/core/accounts/{account['id']}")


def _included(account: Thing, call: Call) -> Thing:
    """v2 answers the larger fields only when `include` names them."""
    named = {name.partition(".")[0] for name in call.texts("include")}
    full = {**account, "configuration": _configuration(account), "requirements": _requirements(account)}
    return {name: None if name in INCLUDABLE and name not in named else value for name, value in full.items()}


def _configuration(account: Thing) -> Thing:
    status = account["_transfers"]
    reason = {"code": "requirements_past_due" if account["_due"] else "restricted_other", "resolution": "provide_info"}
    transfers = {"status": status, "status_details": [] if status == "active" else [reason]}
    return {"recipient": {"applied": True, "capabilities": {"stripe_balance": {"stripe_transfers": transfers}}}}


def _requirements(account: Thing) -> Thing:
    entry = {
        "awaiting_action_from": "user",
        "errors": [],
        "impact": {},
        "minimum_deadline": {"status": "past_due"},
        "requested_reasons": [{"code": "routine_onboarding"}],
    }
    return {"entries": [{**entry, "description": description} for description in account["_due"]]}
