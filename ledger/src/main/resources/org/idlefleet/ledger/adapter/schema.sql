-- The ledger database. Written by one process, read by anybody: sqlite3 -readonly ledger.db
-- Amounts are whole millionths. Times are milliseconds since 1970 (UTC). docs/ledger.md has queries.

-- How far the event log is folded in, and how far accounts.projected is.
CREATE TABLE ledger (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  position INTEGER NOT NULL,
  projected INTEGER NOT NULL
) STRICT;

-- projected is the balance after transaction ledger.projected; the view balances adds what came later.
-- lines is the account's newest row in account_lines, 0 if it has none.
CREATE TABLE accounts (
  number INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  projected INTEGER NOT NULL,
  lines INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE kinds (code INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT;

-- One row a transaction, in the order of booking, without gaps. No index but the sequence.
CREATE TABLE transactions (
  sequence INTEGER PRIMARY KEY,
  position INTEGER NOT NULL,
  booked_at INTEGER NOT NULL,
  effective_at INTEGER,
  kind INTEGER NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  policy INTEGER NOT NULL,
  account1 INTEGER NOT NULL, amount1 INTEGER NOT NULL,
  account2 INTEGER NOT NULL, amount2 INTEGER NOT NULL,
  account3 INTEGER, amount3 INTEGER,
  account4 INTEGER, amount4 INTEGER,
  account5 INTEGER, amount5 INTEGER,
  account6 INTEGER, amount6 INTEGER,
  account7 INTEGER, amount7 INTEGER,
  account8 INTEGER, amount8 INTEGER,
  account9 INTEGER, amount9 INTEGER,
  account10 INTEGER, amount10 INTEGER,
  account11 INTEGER, amount11 INTEGER,
  account12 INTEGER, amount12 INTEGER,
  -- IS, because a sum that lacks an amount is NULL, and CHECK (NULL = 0) would pass.
  CONSTRAINT balanced CHECK ((
    amount1 + amount2 + iif(account3 IS NULL, 0, amount3) + iif(account4 IS NULL, 0, amount4) +
    iif(account5 IS NULL, 0, amount5) + iif(account6 IS NULL, 0, amount6) +
    iif(account7 IS NULL, 0, amount7) + iif(account8 IS NULL, 0, amount8) +
    iif(account9 IS NULL, 0, amount9) + iif(account10 IS NULL, 0, amount10) +
    iif(account11 IS NULL, 0, amount11) + iif(account12 IS NULL, 0, amount12)) IS 0)
) STRICT;

-- Every job that ever held money, so that a job's id is used once.
CREATE TABLE holds (
  job TEXT PRIMARY KEY,
  opened INTEGER NOT NULL,
  ended INTEGER
) STRICT, WITHOUT ROWID;

-- Every transaction that touches no hold, so that its id is used once.
CREATE TABLE singles (
  id TEXT PRIMARY KEY,
  sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Where an account's postings are, so that a statement reads its own lines alone. One row an account and stretch of
-- transactions up to ledger.projected: the postings are in transactions last - o, for each o of the JSON array offsets;
-- opening is the balance before them, previous the account's row before this one, 0 if it is its first.
CREATE TABLE account_lines (
  number INTEGER PRIMARY KEY,
  account INTEGER NOT NULL,
  previous INTEGER NOT NULL,
  last INTEGER NOT NULL,
  opening INTEGER NOT NULL,
  offsets TEXT NOT NULL
) STRICT;

CREATE TABLE slots (slot INTEGER PRIMARY KEY) STRICT;
INSERT INTO slots VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12);

CREATE VIEW postings AS
  SELECT sequence, slot,
    CASE slot
      WHEN 1 THEN account1 WHEN 2 THEN account2 WHEN 3 THEN account3 WHEN 4 THEN account4 WHEN 5 THEN account5
      WHEN 6 THEN account6 WHEN 7 THEN account7 WHEN 8 THEN account8 WHEN 9 THEN account9
      WHEN 10 THEN account10 WHEN 11 THEN account11 WHEN 12 THEN account12
    END AS account,
    CASE slot
      WHEN 1 THEN amount1 WHEN 2 THEN amount2 WHEN 3 THEN amount3 WHEN 4 THEN amount4 WHEN 5 THEN amount5
      WHEN 6 THEN amount6 WHEN 7 THEN amount7 WHEN 8 THEN amount8 WHEN 9 THEN amount9 WHEN 10 THEN amount10
      WHEN 11 THEN amount11 WHEN 12 THEN amount12
    END AS amount
  FROM transactions JOIN slots
  WHERE account IS NOT NULL;

CREATE VIEW balances AS
  SELECT path AS account, projected + ifnull(recent.amount, 0) AS balance
  FROM accounts LEFT JOIN (
    SELECT account, sum(amount) AS amount FROM postings
    WHERE sequence > (SELECT projected FROM ledger) GROUP BY account) AS recent
  ON recent.account = accounts.number;

CREATE VIEW statement AS
  SELECT t.sequence, strftime('%Y-%m-%dT%H:%M:%fZ', t.booked_at / 1000.0, 'unixepoch') AS booked_at,
    kinds.word || '/' || t.subject || iif(t.detail = '', '', '/' || t.detail) AS id,
    t.policy, a.path AS account, p.amount / 1000000.0 AS units, p.amount AS millionths
  FROM transactions AS t JOIN kinds ON kinds.code = t.kind
  JOIN postings AS p ON p.sequence = t.sequence JOIN accounts AS a ON a.number = p.account;

CREATE TRIGGER transactions_are_not_changed BEFORE UPDATE ON transactions
BEGIN SELECT RAISE(ABORT, 'transactions are never changed: book a reversal'); END;
CREATE TRIGGER transactions_are_not_deleted BEFORE DELETE ON transactions
BEGIN SELECT RAISE(ABORT, 'transactions are never deleted: book a reversal'); END;
CREATE TRIGGER accounts_keep_their_path BEFORE UPDATE OF number, path ON accounts
BEGIN SELECT RAISE(ABORT, 'an account keeps its number and path'); END;
CREATE TRIGGER accounts_are_not_deleted BEFORE DELETE ON accounts
BEGIN SELECT RAISE(ABORT, 'accounts are never deleted'); END;
CREATE TRIGGER account_lines_are_not_changed BEFORE UPDATE ON account_lines
BEGIN SELECT RAISE(ABORT, 'an account''s lines are never changed'); END;
CREATE TRIGGER account_lines_are_not_deleted BEFORE DELETE ON account_lines
BEGIN SELECT RAISE(ABORT, 'an account''s lines are never deleted'); END;
CREATE TRIGGER holds_are_not_deleted BEFORE DELETE ON holds
BEGIN SELECT RAISE(ABORT, 'holds are never deleted'); END;
CREATE TRIGGER ended_holds_are_final BEFORE UPDATE ON holds WHEN OLD.ended IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a hold that has ended is final'); END;
CREATE TRIGGER singles_are_not_changed BEFORE UPDATE ON singles
BEGIN SELECT RAISE(ABORT, 'transaction ids are final'); END;
CREATE TRIGGER singles_are_not_deleted BEFORE DELETE ON singles
BEGIN SELECT RAISE(ABORT, 'transaction ids are final'); END;
CREATE TRIGGER position_only_grows BEFORE UPDATE OF position ON ledger WHEN NEW.position < OLD.position
BEGIN SELECT RAISE(ABORT, 'the ledger never goes back in the event log'); END;
