"""What apt's programs print: paragraphs of fields, and complaints."""

from collections.abc import Iterator


def paragraphs(text: str) -> Iterator[dict[str, str]]:
    """The fields of each paragraph: `Key: value`, a blank line between two paragraphs.

    Of a value with several lines only the first one.
    """
    for paragraph in text.split("\n\n"):
        lines = (line.partition(":") for line in paragraph.splitlines() if line[:1] != " ")
        yield {key: value.strip() for key, colon, value in lines if colon}


def complaint_in(text: str) -> str:
    """The first error that apt printed, else its first warning, without the mark; empty if none.

    The first one is about a cause, the last only says that something could not be done.
    """
    lines = text.splitlines()
    for mark in ("E: ", "W: "):
        found = [line.removeprefix(mark).strip() for line in lines if line.startswith(mark)]
        if found:
            return found[0]
    return ""
