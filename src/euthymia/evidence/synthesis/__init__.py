"""Numbers pooled: effect sizes, meta-analysis, network meta-analysis, and what posted results amount to."""
