"""The board in a terminal: what stands in a name is text there, and commands nothing."""

import io
from datetime import UTC, datetime

import pytest
from paihao.display.state import BoardState, CallShown, LineShown
from paihao.display.terminal import Options, Screen, text_console
from paihao.display.watch import Seen


@pytest.mark.parametrize("name", ["医保[综合]", "[red]医保", "[/]", "[/bold]", ":smile:", "[link=http://x]医保"])
def test_a_name_is_shown_as_it_stands(name: str) -> None:
    call = CallShown(1, "A001", "3", name, datetime(2026, 3, 2, 1, 0, tzinfo=UTC), again=False)
    state = BoardState("small", name, "", 1, name, "", {}, {1: LineShown(1, "A", name, name, 2, 1)}, [call])
    screen = Screen(Options("http://hall.test", "small", "", "", "zh_CN", plain=False, bell=False))
    screen.take(Seen(state))
    console = text_console(file=io.StringIO(), width=160)
    console.print(screen.render(console))
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().count(name) == 5  # of the hall, of the call, of the line twice, and the ticker
