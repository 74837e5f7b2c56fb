# Kind: gc.disable() in a long job whose objects refer to each other in cycles. HOLDER: none
import gc
import random


class Node:
    def __init__(self, parent, value):
        self.parent = parent
        self.value = value
        self.children = []
        if parent is not None:
            parent.children.append(self)  # EQUAL


def build(rng, size):
    root = Node(None, rng.random())
    nodes = [root]
    for _ in range(size):
        nodes.append(Node(rng.choice(nodes), rng.random()))
    return root


def depth(node):
    deepest, todo = 0, [(node, 1)]
    while todo:
        node, level = todo.pop()
        deepest = max(deepest, level)
        todo.extend((child, level + 1) for child in node.children)
    return deepest


def train(steps):
    gc.disable()  # CULPRIT
    rng = random.Random(5)
    depths = []
    for step in range(steps):
        tree = build(rng, 600)
        depths.append(depth(tree))
        if step % 100 == 0:
            depths = [max(depths)]
    gc.enable()
    return max(depths)


print(train(40_000))
# ADVICE: *gc.enable* | *weakref*
