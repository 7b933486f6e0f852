-- The coordinator's event log and the payloads of durable jobs. Written by one process, read by
-- anybody: sqlite3 -readonly. Events are numbered from 1.

-- One row for what one flush made durable: `events` events from number `first` on, as a Group of
-- log.proto. `chain` is SHA-256 of the previous row's chain, first, events and payload.
CREATE TABLE log (
  first INTEGER PRIMARY KEY,
  events INTEGER NOT NULL,
  chain BLOB NOT NULL,
  payload BLOB NOT NULL
) STRICT;

-- The end of the log, so that a row that is missing at the end shows.
CREATE TABLE head (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  position INTEGER NOT NULL,
  chain BLOB NOT NULL
) STRICT;

-- Replays begin at the newest of these: the state after event `position`, in `chunks` chunks from number
-- `first_chunk` on: a SnapshotIndex and its groups, each behind its length.
CREATE TABLE snapshots (
  position INTEGER PRIMARY KEY,
  first_chunk INTEGER NOT NULL,
  chunks INTEGER NOT NULL,
  events INTEGER NOT NULL,
  chain BLOB NOT NULL,
  digest BLOB NOT NULL
) STRICT;

CREATE TABLE snapshot_chunks (
  number INTEGER PRIMARY KEY,
  position INTEGER NOT NULL,
  payload BLOB NOT NULL
) STRICT;

-- Ended jobs and the rows of the log that speak of them: `first` of each as a varint, the
-- difference to the one before.
CREATE TABLE jobs (
  job INTEGER PRIMARY KEY,
  rows BLOB NOT NULL
) STRICT;

-- Inputs of durable jobs, until the job has ended: items from number `first` on, as an ItemRun.
CREATE TABLE inputs (
  job INTEGER NOT NULL,
  first INTEGER NOT NULL,
  items INTEGER NOT NULL,
  sum INTEGER NOT NULL,
  payload BLOB NOT NULL,
  PRIMARY KEY (job, first)
) STRICT, WITHOUT ROWID;

-- Results of durable jobs: those that answer the job (kept), and votes on open shards.
CREATE TABLE outputs (
  job INTEGER NOT NULL,
  shard INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  from_item INTEGER NOT NULL,
  to_item INTEGER NOT NULL,
  kept INTEGER NOT NULL,
  sum INTEGER NOT NULL,
  payload BLOB NOT NULL,
  PRIMARY KEY (job, shard, attempt, epoch)
) STRICT, WITHOUT ROWID;

-- Ended durable jobs whose inputs are being deleted, a few rows with each flush.
CREATE TABLE sweep (job INTEGER PRIMARY KEY) STRICT;

CREATE TRIGGER log_is_not_changed BEFORE UPDATE ON log
BEGIN SELECT RAISE(ABORT, 'the event log is never changed'); END;
CREATE TRIGGER log_is_not_deleted BEFORE DELETE ON log
BEGIN SELECT RAISE(ABORT, 'the event log is never deleted'); END;
