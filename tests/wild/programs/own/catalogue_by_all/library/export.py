"""The catalogue as text."""

from library.models import Book


def short(text, width=60):
    return text if len(text) <= width else text[: width - 1] + "…"


def books_of(session, shelf):
    query = session.query(Book).order_by(Book.id)
    if shelf is not None:
        query = query.filter(Book.shelf == shelf)
    return query.all()  # CULPRIT


def lines_of(session, shelf=None):
    for book in books_of(session, shelf):
        yield "%s: %s\n" % (book.title, short(book.abstract))
