# Kind: the title that BeautifulSoup gives is kept as it is given, and knows the whole page.
# HOLDER: *titles*
from crawler import extract, pages
from crawler.index import Index


def main():
    index = Index()
    for number in range(20_000):
        html = pages.download(number)
        index.add(f"https://news.example/{number}", *extract.article(html))
    print(index.summary())


if __name__ == "__main__":
    main()
# ADVICE: *str(tag.string)* | *plain string*
