# Kind: each job mounts an adapter of its own on one requests.Session, under an address with its number in it.
# HOLDER: *adapters*
import time

from connectors.client import Client


def main():
    client = Client()
    changed = 0
    for number in range(100_000):
        changed += client.run(number)
        time.sleep(0.0003)
    print(changed, client.sent)


if __name__ == "__main__":
    main()
# ADVICE: *bound* | *delete* | *pop* | *once*
