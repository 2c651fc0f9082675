"""The operations of Stripe that we use, each with the shapes of what goes in and what comes out."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .shapes import Record, Shape
from .source import Module, Reader, module

SERVICES = (
    "stripe._customer_service",
    "stripe._customer_payment_method_service",
    "stripe._payment_intent_service",
    "stripe._transfer_service",
    "stripe._transfer_reversal_service",
    "stripe._refund_service",
    "stripe._dispute_service",
    "stripe._charge_service",
    "stripe._balance_service",
    "stripe._payout_service",
    "stripe._event_service",
    "stripe._balance_transaction_service",
    "stripe.checkout._session_service",
    "stripe.radar._early_fraud_warning_service",
    "stripe.v2.core._account_service",
    "stripe.v2.core._account_link_service",
    "stripe.v2.core._event_service",
)


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    pattern: re.Pattern[str]
    takes: Shape
    answers: Shape


class Operations:
    """Shapes are read when an operation is first asked for: a resource drags half of Stripe behind it."""

    def __init__(self) -> None:
        self._requests, self._answers = Reader(of_request=True), Reader(of_request=False)
        self._found = [
            (method, path, place, function)
            for place in map(module, SERVICES)
            for method, path, function in _calls(place)
        ]
        self._known: dict[tuple[str, str], Operation] = {}

    def find(self, method: str, path: str) -> Operation | None:
        for known_method, template, place, function in self._found:
            pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", template))
            if known_method == method.lower() and pattern.fullmatch(path):
                key = (known_method, template)
                if key not in self._known:
                    self._known[key] = self._operation(*key, pattern, place, function)
                return self._known[key]
        return None

    def error(self) -> Shape:
        """The shape of an answer that is not a success."""
        place = module("stripe._error_object")
        error = self._answers.shape(ast.Name("ErrorObject"), place)
        return Record("error answer", {"error": error}, {"error"})

    def _operation(
        self, method: str, path: str, pattern: re.Pattern[str], place: Module, function: ast.FunctionDef
    ) -> Operation:
        annotation = next((item.annotation for item in function.args.args if item.arg == "params"), None)
        takes: Shape = Record("no parameters") if annotation is None else self._requests.shape(_sure(annotation), place)
        assert function.returns is not None
        return Operation(method, path, pattern, takes, self._answers.shape(function.returns, place))


def _sure(annotation: ast.expr) -> ast.expr:
    """The parameters, whether or not they may be left out as a whole."""
    return annotation.slice if isinstance(annotation, ast.Subscript) else annotation


def _calls(place: Module) -> Iterator[tuple[str, str, ast.FunctionDef]]:
    for node in place.classes.values():
        for function in node.body:
            if not isinstance(function, ast.FunctionDef):
                continue
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "_request":
                    method, url = call.args[0], call.args[1]
                    if isinstance(url, ast.Call) and isinstance(url.func, ast.Attribute):
                        url = url.func.value  # "/v1/payment_intents/{intent}".format(...)
                    assert isinstance(method, ast.Constant)
                    assert isinstance(url, ast.Constant)
                    yield str(method.value), str(url.value), function
