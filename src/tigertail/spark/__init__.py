"""The longest parts of a fit from Apache Spark, bit for bit those of one machine; needs the extra ``spark``."""
