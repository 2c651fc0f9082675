"""What the demo prints: who does what, the operation, the answer. Readable in 80 columns, with or without colours."""

from rich.console import Console
from rich.text import Text

WIDTH = 80


class Failed(Exception):
    """A step of the demo did not come out as it must."""


class Stage:
    def __init__(self) -> None:
        self.console = Console(width=WIDTH, highlight=False, soft_wrap=False)
        self._step = 0
        self.title = ""

    def say(self, text: str, *, style: str = "") -> None:
        self.console.print(Text(text, style=style))

    def step(self, title: str) -> None:
        """A new step of the main job."""
        self._step += 1
        self.title = f"{self._step}. {title}"
        self.console.print()
        self.console.print(Text(self.title, style="bold"))

    def act(self, who: str, operation: str, answer: str) -> None:
        """One call: who, the GraphQL operation's name, and what came back."""
        line = Text("   ")
        line.append(f"{who:<15}", style="cyan")
        line.append(f"{operation:<20}", style="magenta")
        line.append(" ")
        width = WIDTH - 39
        for number, part in enumerate(_wrapped(answer, width)):
            line.append(("\n" + " " * 39 if number else "") + part)
        self.console.print(line)

    def live(self, who: str, kind: str, amount: str) -> None:
        line = Text("   ")
        line.append(f"{who:<15}", style="cyan")
        line.append(f"{'payoutActivity':<20} ", style="magenta")
        line.append(f"{kind:<18}", style="green")
        line.append(f"{amount:>20}")
        self.console.print(line)

    def check(self, holds: bool, what: str) -> None:
        """Go on only if it holds."""
        if not holds:
            raise Failed(what)

    def note(self, text: str) -> None:
        for part in [text] if len(text) <= WIDTH - 3 else _wrapped(text, WIDTH - 3):
            self.console.print(Text("   " + part, style="dim"))


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
