-- Texts that programs keep by kind and name (models, device profiles), and the cells of studies
-- that processes share by leases.

CREATE TABLE documents (
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  saved_unix_ns BIGINT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (kind, name)
) @CLUSTERED@;

CREATE TABLE study_cells (
  study TEXT NOT NULL,
  name TEXT NOT NULL,
  position BIGINT NOT NULL,
  settings TEXT NOT NULL,
  state BIGINT NOT NULL,             -- CellState
  owner TEXT NOT NULL,               -- who leased it last
  lease_end_unix_ns BIGINT NOT NULL, -- by the clock of the database
  attempts BIGINT NOT NULL,
  run TEXT,                          -- runs.id, as long as that run is here
  result TEXT NOT NULL,
  PRIMARY KEY (study, name)
) @CLUSTERED@;
CREATE INDEX study_cells_in_order ON study_cells (study, position, name);

INSERT INTO words VALUES
  ('cell', 0, 'open'), ('cell', 1, 'leased'), ('cell', 2, 'done'), ('cell', 3, 'failed');

CREATE VIEW studies AS
SELECT c.study, c.position, c.name AS cell, w.word AS state, c.owner, c.attempts, c.run,
       o.network, o.data, o.device, o.time_s, o.energy_j, c.result
FROM study_cells c
LEFT JOIN words w ON w.list = 'cell' AND w.value = c.state
LEFT JOIN runs_overview o ON o.run = c.run;
