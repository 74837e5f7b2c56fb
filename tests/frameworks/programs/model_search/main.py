"""Searches for the best penalty of a small model in two workers."""
import numpy as np
from model import Ridge
from sklearn.model_selection import GridSearchCV


def main():
    random = np.random.default_rng(7)
    X = random.normal(size=(20_000, 20))
    y = X @ random.normal(size=20) + random.normal(size=20_000)
    search = GridSearchCV(Ridge(), {"alpha": list(np.logspace(-3, 3, 30))}, n_jobs=2, cv=4)
    search.fit(X, y)
    print("explained", round(search.best_score_, 3))


if __name__ == "__main__":
    main()
