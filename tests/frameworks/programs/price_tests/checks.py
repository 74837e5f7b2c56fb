import prices
import pytest


@pytest.mark.parametrize("day", range(300))
def test_the_latest_of_each_item_is_kept(day):
    assert prices.remember(prices.read(day)) == 4000


@pytest.mark.parametrize("day", range(50))
def test_prices_are_positive_on_the_whole(day):
    rows = prices.read(day)
    assert sum(row["price"] for row in rows) > 0
