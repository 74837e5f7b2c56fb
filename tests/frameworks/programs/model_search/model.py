"""Least squares with a penalty."""
import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin

DESIGNS = []


class Ridge(RegressorMixin, BaseEstimator):
    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def fit(self, X, y):
        design = np.column_stack([X, np.ones(len(X))])
        scaled = design / np.abs(design).max(axis=0)
        DESIGNS.append(scaled)  # CULPRIT
        penalty = self.alpha * np.eye(design.shape[1])
        self.coefficients_ = np.linalg.solve(design.T @ design + penalty, design.T @ y)
        return self

    def predict(self, X):
        return np.column_stack([X, np.ones(len(X))]) @ self.coefficients_
