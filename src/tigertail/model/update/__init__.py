"""New listeners and items without a full fit: merge, fold-in, and how far the model has drifted."""
