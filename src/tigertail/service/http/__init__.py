"""HTTP in general: parameters, schemas, problems, headers, settings, logs and metrics."""
