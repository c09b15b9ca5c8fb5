-- The evidence base. A record is not a report, and a report is not a study. The same statements run on SQLite and
-- PostgreSQL; {blob} and {serial} are the only words that differ. Decisions are appended, never changed.
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS search_run (
  run_id TEXT PRIMARY KEY, source TEXT NOT NULL, query TEXT NOT NULL, made TEXT NOT NULL, hits INTEGER, note TEXT);
CREATE TABLE IF NOT EXISTS raw_file (
  sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, size BIGINT NOT NULL, added TEXT NOT NULL,
  complete INTEGER NOT NULL DEFAULT 0, run_id TEXT);
CREATE TABLE IF NOT EXISTS raw_chunk (sha256 TEXT NOT NULL, n INTEGER NOT NULL, data {blob} NOT NULL, PRIMARY KEY (sha256, n));
CREATE TABLE IF NOT EXISTS record (
  record_id {serial}, source TEXT NOT NULL, source_id TEXT NOT NULL, version TEXT NOT NULL, sha256 TEXT NOT NULL,
  file_sha256 TEXT NOT NULL, byte_start BIGINT, byte_length BIGINT, kind TEXT NOT NULL, title TEXT NOT NULL,
  abstract TEXT NOT NULL, year INTEGER, doi TEXT NOT NULL, pmid TEXT NOT NULL, retracted INTEGER NOT NULL,
  parsed TEXT NOT NULL, added TEXT NOT NULL, UNIQUE (source, source_id, version, sha256));
CREATE TABLE IF NOT EXISTS record_file (record_id BIGINT NOT NULL, file_sha256 TEXT NOT NULL, PRIMARY KEY (record_id, file_sha256));
CREATE TABLE IF NOT EXISTS record_key (record_key TEXT NOT NULL, record_id BIGINT NOT NULL, PRIMARY KEY (record_key, record_id));
CREATE INDEX IF NOT EXISTS record_key_record ON record_key (record_id);
CREATE TABLE IF NOT EXISTS ingest_error (
  file_sha256 TEXT NOT NULL, n INTEGER NOT NULL, line INTEGER, byte_start BIGINT, problem TEXT NOT NULL, shown TEXT NOT NULL,
  PRIMARY KEY (file_sha256, n));
CREATE TABLE IF NOT EXISTS dup_pair (
  a BIGINT NOT NULL, b BIGINT NOT NULL, relation TEXT NOT NULL, score DOUBLE PRECISION NOT NULL, rule TEXT NOT NULL,
  PRIMARY KEY (a, b));
CREATE TABLE IF NOT EXISTS report_member (record_id BIGINT PRIMARY KEY, report_id BIGINT NOT NULL);
CREATE INDEX IF NOT EXISTS report_member_report ON report_member (report_id);
CREATE TABLE IF NOT EXISTS study_report (
  report_id BIGINT PRIMARY KEY, study_id BIGINT NOT NULL, basis TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS decision (
  event_id {serial}, report_id BIGINT NOT NULL, stage TEXT NOT NULL, verdict TEXT NOT NULL, reason TEXT NOT NULL,
  who TEXT NOT NULL, made TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS decision_report ON decision (report_id, stage);
CREATE TABLE IF NOT EXISTS claim (
  claim_id TEXT PRIMARY KEY, record_id BIGINT NOT NULL, edge TEXT NOT NULL, agrees INTEGER NOT NULL, matched TEXT NOT NULL,
  p_exists DOUBLE PRECISION NOT NULL, species TEXT NOT NULL, study_type TEXT NOT NULL, role TEXT NOT NULL,
  status TEXT NOT NULL, quote TEXT NOT NULL, told TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS claim_edge ON claim (edge);
CREATE TABLE IF NOT EXISTS claim_decision (
  event_id {serial}, claim_id TEXT NOT NULL, verdict TEXT NOT NULL, who TEXT NOT NULL, made TEXT NOT NULL, note TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS claims_read (record_id BIGINT PRIMARY KEY, made TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS edge_snapshot (
  made TEXT NOT NULL, edge TEXT NOT NULL, state TEXT NOT NULL, told TEXT NOT NULL, PRIMARY KEY (made, edge));
CREATE TABLE IF NOT EXISTS finding (
  event_id {serial}, made TEXT NOT NULL, edge TEXT NOT NULL, before_state TEXT NOT NULL, after_state TEXT NOT NULL, outputs TEXT NOT NULL);
-- only PubMed and the registry issue versions of one record; elsewhere the same id in two exports is two records
CREATE VIEW IF NOT EXISTS latest_record AS
  SELECT r.* FROM record r WHERE r.source NOT IN ('pubmed', 'ctgov') OR r.record_id = (
    SELECT MAX(o.record_id) FROM record o WHERE o.source = r.source AND o.source_id = r.source_id);
CREATE VIEW IF NOT EXISTS found AS
  SELECT f.record_id, f.file_sha256, r.source, m.report_id FROM record_file f JOIN record r ON r.record_id = f.record_id
    JOIN report_member m ON m.record_id = f.record_id;
CREATE VIEW IF NOT EXISTS last_decision AS
  SELECT d.* FROM decision d WHERE d.event_id = (
    SELECT MAX(o.event_id) FROM decision o WHERE o.report_id = d.report_id AND o.stage = d.stage AND o.who = d.who);
CREATE VIEW IF NOT EXISTS judged AS
  SELECT report_id, stage,
    COALESCE(MAX(CASE WHEN who = 'consensus' THEN verdict END),
             CASE WHEN MIN(verdict) = MAX(verdict) THEN MIN(verdict) ELSE 'conflict' END) AS verdict,
    COALESCE(MAX(CASE WHEN who = 'consensus' THEN reason END), MIN(reason)) AS reason
  FROM last_decision GROUP BY report_id, stage;
CREATE VIEW IF NOT EXISTS flow AS
  SELECT m.report_id,
    COALESCE((SELECT j.verdict FROM judged j WHERE j.report_id = m.report_id AND j.stage = 'title'), 'waiting') AS title,
    COALESCE((SELECT j.reason FROM judged j WHERE j.report_id = m.report_id AND j.stage = 'title'), '') AS title_reason,
    COALESCE((SELECT j.verdict FROM judged j WHERE j.report_id = m.report_id AND j.stage = 'retrieval'), 'waiting') AS retrieval,
    COALESCE((SELECT j.verdict FROM judged j WHERE j.report_id = m.report_id AND j.stage = 'full text'), 'waiting') AS full_text,
    COALESCE((SELECT j.reason FROM judged j WHERE j.report_id = m.report_id AND j.stage = 'full text'), '') AS full_text_reason
  FROM (SELECT DISTINCT report_id FROM report_member) m;
CREATE VIEW IF NOT EXISTS prisma AS
  SELECT
    (SELECT COUNT(*) FROM found) AS identified,
    (SELECT COUNT(*) FROM found) - (SELECT COUNT(*) FROM flow) AS duplicates,
    (SELECT COUNT(*) FROM flow) AS screened,
    (SELECT COUNT(*) FROM flow WHERE title = 'exclude') AS excluded,
    (SELECT COUNT(*) FROM flow WHERE title NOT IN ('exclude', 'include')) AS awaiting_screening,
    (SELECT COUNT(*) FROM flow WHERE title = 'include') AS sought,
    (SELECT COUNT(*) FROM flow WHERE title = 'include' AND retrieval = 'exclude') AS not_retrieved,
    (SELECT COUNT(*) FROM flow WHERE title = 'include' AND retrieval <> 'exclude') AS assessed,
    (SELECT COUNT(*) FROM flow WHERE title = 'include' AND retrieval <> 'exclude' AND full_text = 'exclude') AS excluded_full_text,
    (SELECT COUNT(*) FROM flow WHERE title = 'include' AND retrieval <> 'exclude' AND full_text NOT IN ('exclude', 'include'))
      AS awaiting_full_text,
    (SELECT COUNT(*) FROM flow WHERE title = 'include' AND retrieval <> 'exclude' AND full_text = 'include') AS included_reports,
    (SELECT COUNT(DISTINCT s.study_id) FROM flow f JOIN study_report s ON s.report_id = f.report_id
      WHERE f.title = 'include' AND f.retrieval <> 'exclude' AND f.full_text = 'include') AS included_studies;
