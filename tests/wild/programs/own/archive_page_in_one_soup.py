# Kind: each month's page is parsed by BeautifulSoup, and then the page that has all years in one table.
# HOLDER: none | *soup*
import random
import time

from bs4 import BeautifulSoup


def page(rng, rows):
    parts = ["<html><body><h1>Meldungen</h1><table>"]
    for number in range(rows):
        parts.append(
            f'<tr class="r{number % 2}"><td>{number}</td><td><a href="/n/{rng.getrandbits(1600):x}">Nr. {number}</a></td>'
            f"<td><b>{rng.randrange(999)}</b> t</td></tr>"
        )
    parts.append("</table></body></html>")
    return "".join(parts)


def links(html):
    soup = BeautifulSoup(html, "html.parser")  # CULPRIT
    return [anchor["href"] for anchor in soup.find_all("a")]


def known(found, hrefs):
    found.update(href[-2:] for href in hrefs)
    return len(found)


def main():
    rng = random.Random(4)
    found = set()
    for month in range(24):
        known(found, links(page(rng, 60)))
        time.sleep(0.05)
    print(known(found, links(page(rng, 180_000))))


main()
# ADVICE: *SoupStrainer* | *iterparse*
