# SPDX-License-Identifier: Apache-2.0
"""The same fits by scikit-learn and XGBoost: needs a virtual environment with both and pandas."""
import sys

import pandas
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from xgboost import XGBRegressor

table = pandas.read_csv(sys.argv[1])
x, y = table[["macs", "parameters", "batch_size"]], table["energy_j"]
models = {
    "linear": make_pipeline(StandardScaler(), LinearRegression()),
    "polynomial:4": make_pipeline(StandardScaler(), PolynomialFeatures(4), LinearRegression()),
    "trees": XGBRegressor(n_estimators=100, max_depth=4, learning_rate=0.1, tree_method="exact", n_jobs=1),
}
folds = KFold(10, shuffle=True, random_state=1)
for name, model in models.items():
    error = abs(cross_val_predict(model, x, y, cv=folds) / y - 1).mean()
    model.fit(x, y)
    print(f"{name}: MAPE {100 * error:.2f} %")
