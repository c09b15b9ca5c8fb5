"""Where records, reports, studies and decisions are kept: one schema on SQLite or PostgreSQL."""
