# Kind: every order compiles its rule anew under a name of its own, and the names stay in a registry.
# HOLDER: *rules* | *namespace* | *REGISTRY*
import random
import time

REGISTRY = {}
TEMPLATE = """
def rule(order):
    limits = {limits}
    return order["amount"] > limits.get(order["kind"], {default})
"""


def compile_rule(name, limits, default):
    namespace = {}
    exec(TEMPLATE.format(limits=limits, default=default), namespace)
    REGISTRY[name] = namespace["rule"]  # CULPRIT
    return namespace["rule"]


def limits_for(rng):
    return {f"kind{n}": rng.randrange(1000, 9999) for n in range(60)}


def main():
    rng = random.Random(25)
    passed = 0
    for number in range(200_000):
        rule = compile_rule(f"rule-{number}", limits_for(rng), number)
        passed += rule({"kind": "kind3", "amount": rng.randrange(10_000)})
        time.sleep(0.0005)
    print(passed)


main()
# ADVICE: *bound* | *delete* | *once*
