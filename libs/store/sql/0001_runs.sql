-- The tables of a store. Written for PostgreSQL; cmake/embed_sql.cmake turns it into SQLite's words.
-- Do not change a migration that was released: add the next one.
--
-- run_key is the number made of the first 8 bytes of the run's UUID. Times end in _ns: nanoseconds
-- on the clock of the part, except start_ns and heartbeat_unix_ns, which count from 1970 UTC.

CREATE TABLE runs (
  run_key BIGINT NOT NULL,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  start_ns BIGINT NOT NULL,
  device TEXT NOT NULL,              -- names of its devices: the GPUs where it has any, else the CPU
  network TEXT NOT NULL,
  data TEXT NOT NULL,
  input TEXT NOT NULL,
  batch BIGINT NOT NULL,
  epochs BIGINT NOT NULL,
  steps_per_epoch BIGINT NOT NULL,
  precision TEXT NOT NULL,
  instrumentation TEXT NOT NULL,
  seed BIGINT NOT NULL,              -- the 64 bits, as a signed number
  os TEXT NOT NULL,
  cpu TEXT NOT NULL,
  cpu_threads BIGINT NOT NULL,
  memory_bytes BIGINT NOT NULL,
  rest TEXT NOT NULL,                -- the store that holds the beginning; empty: all of it is here
  PRIMARY KEY (run_key)
) @CLUSTERED@;
CREATE INDEX runs_by_name ON runs (name);
CREATE INDEX runs_by_start ON runs (start_ns);

CREATE TABLE run_states (
  run_key BIGINT NOT NULL REFERENCES runs ON DELETE CASCADE,
  status BIGINT NOT NULL,            -- RunStatus
  exit_status BIGINT,
  PRIMARY KEY (run_key)
) @CLUSTERED@;

CREATE TABLE command_words (
  run_key BIGINT NOT NULL REFERENCES runs ON DELETE CASCADE,
  position BIGINT NOT NULL,
  word TEXT NOT NULL,
  PRIMARY KEY (run_key, position)
) @CLUSTERED@;

CREATE TABLE versions (
  run_key BIGINT NOT NULL REFERENCES runs ON DELETE CASCADE,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  PRIMARY KEY (run_key, name)
) @CLUSTERED@;

CREATE TABLE tags (
  run_key BIGINT NOT NULL REFERENCES runs ON DELETE CASCADE,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (run_key, name)
) @CLUSTERED@;

CREATE TABLE epochs (
  run_key BIGINT NOT NULL REFERENCES runs ON DELETE CASCADE,
  epoch BIGINT NOT NULL,
  train_loss DOUBLE PRECISION,
  train_accuracy DOUBLE PRECISION,
  test_loss DOUBLE PRECISION,
  test_accuracy DOUBLE PRECISION,
  PRIMARY KEY (run_key, epoch)
) @CLUSTERED@;

CREATE TABLE parts (
  run_key BIGINT NOT NULL REFERENCES runs ON DELETE CASCADE,
  part BIGINT NOT NULL,
  rank BIGINT NOT NULL,
  host TEXT NOT NULL,
  process BIGINT NOT NULL,
  process_start TEXT NOT NULL,       -- which process of that number; empty: not known
  clock TEXT NOT NULL,
  monotonic_zero_ns BIGINT NOT NULL, -- of the host's monotonic clock
  start_ns BIGINT NOT NULL,
  PRIMARY KEY (run_key, part)
) @CLUSTERED@;

CREATE TABLE part_states (
  run_key BIGINT NOT NULL,
  part BIGINT NOT NULL,
  heartbeat_unix_ns BIGINT NOT NULL,
  heartbeat_ns BIGINT,
  ended BIGINT,                      -- RunStatus; NULL: not yet, or it never could say
  reads BIGINT NOT NULL,
  missed BIGINT NOT NULL,
  unreadable BIGINT NOT NULL,
  reading_s DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (run_key, part),
  FOREIGN KEY (run_key, part) REFERENCES parts ON DELETE CASCADE
) @CLUSTERED@;

CREATE TABLE devices (
  run_key BIGINT NOT NULL,
  part BIGINT NOT NULL,
  position BIGINT NOT NULL,
  id TEXT NOT NULL,
  kind BIGINT NOT NULL,              -- DeviceKind
  name TEXT NOT NULL,
  driver TEXT NOT NULL,
  power_limit_w DOUBLE PRECISION,
  power_limit_max_w DOUBLE PRECISION,
  PRIMARY KEY (run_key, part, position),
  FOREIGN KEY (run_key, part) REFERENCES parts ON DELETE CASCADE
) @CLUSTERED@;

CREATE TABLE channels (
  run_key BIGINT NOT NULL,
  part BIGINT NOT NULL,
  channel BIGINT NOT NULL,
  name TEXT NOT NULL,
  device TEXT NOT NULL,              -- devices.id
  kind BIGINT NOT NULL,              -- ChannelKind
  unit BIGINT NOT NULL,              -- Unit
  resolution DOUBLE PRECISION NOT NULL,
  refresh_s DOUBLE PRECISION NOT NULL,
  window_s DOUBLE PRECISION NOT NULL,
  delay_s DOUBLE PRECISION NOT NULL,
  gain_u DOUBLE PRECISION NOT NULL,
  noise_u DOUBLE PRECISION NOT NULL,
  provenance BIGINT NOT NULL,        -- Provenance
  method TEXT NOT NULL,
  PRIMARY KEY (run_key, part, channel),
  FOREIGN KEY (run_key, part) REFERENCES parts ON DELETE CASCADE
) @CLUSTERED@;

CREATE TABLE channel_totals (
  run_key BIGINT NOT NULL,
  part BIGINT NOT NULL,
  channel BIGINT NOT NULL,
  samples BIGINT NOT NULL,
  begin_ns BIGINT NOT NULL,
  end_ns BIGINT NOT NULL,
  energy_j DOUBLE PRECISION,         -- NULL: a gauge
  PRIMARY KEY (run_key, part, channel),
  FOREIGN KEY (run_key, part, channel) REFERENCES channels ON DELETE CASCADE
) @CLUSTERED@;

-- The samples as they came, a minute of one channel in a row: docs/formats/database.md.
CREATE TABLE chunks (
  run_key BIGINT NOT NULL,
  part BIGINT NOT NULL,
  channel BIGINT NOT NULL,
  minute BIGINT NOT NULL,            -- of the part's clock
  samples BIGINT NOT NULL,
  data BYTEA NOT NULL,
  PRIMARY KEY (run_key, part, channel, minute),
  FOREIGN KEY (run_key) REFERENCES runs ON DELETE CASCADE
) @STRICT@;

CREATE TABLE seconds (
  run_key BIGINT NOT NULL,
  part BIGINT NOT NULL,
  channel BIGINT NOT NULL,
  second BIGINT NOT NULL,            -- of the part's clock
  samples BIGINT NOT NULL,
  mean DOUBLE PRECISION,             -- W of a counter or power, else in the channel's unit
  min DOUBLE PRECISION,
  max DOUBLE PRECISION,
  energy_j DOUBLE PRECISION,         -- NULL: a gauge
  PRIMARY KEY (run_key, part, channel, second),
  FOREIGN KEY (run_key) REFERENCES runs ON DELETE CASCADE
) @CLUSTERED@;

CREATE TABLE gaps (
  run_key BIGINT NOT NULL,
  part BIGINT NOT NULL,
  channel BIGINT NOT NULL,
  gap BIGINT NOT NULL,
  begin_ns BIGINT NOT NULL,
  end_ns BIGINT NOT NULL,
  reason BIGINT NOT NULL,            -- GapReason
  PRIMARY KEY (run_key, part, channel, gap),
  FOREIGN KEY (run_key, part, channel) REFERENCES channels ON DELETE CASCADE
) @CLUSTERED@;

CREATE TABLE span_names (
  run_key BIGINT NOT NULL,
  part BIGINT NOT NULL,
  name_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (run_key, part, name_id),
  FOREIGN KEY (run_key, part) REFERENCES parts ON DELETE CASCADE
) @CLUSTERED@;

CREATE TABLE span_chunks (
  run_key BIGINT NOT NULL,
  part BIGINT NOT NULL,
  first_span BIGINT NOT NULL,
  spans BIGINT NOT NULL,
  data BYTEA NOT NULL,
  PRIMARY KEY (run_key, part, first_span),
  FOREIGN KEY (run_key, part) REFERENCES parts ON DELETE CASCADE
) @STRICT@;

-- Ends of spans that were still open when their chunk was complete.
CREATE TABLE span_ends (
  run_key BIGINT NOT NULL,
  part BIGINT NOT NULL,
  span BIGINT NOT NULL,
  end_ns BIGINT NOT NULL,
  PRIMARY KEY (run_key, part, span),
  FOREIGN KEY (run_key, part) REFERENCES parts ON DELETE CASCADE
) @CLUSTERED@;

CREATE TABLE blocks (
  run_key BIGINT NOT NULL,
  part BIGINT NOT NULL,
  block BIGINT NOT NULL,
  design TEXT NOT NULL,
  repetitions BIGINT NOT NULL,
  begin_ns BIGINT NOT NULL,
  end_ns BIGINT NOT NULL,
  steps BIGINT NOT NULL,
  device_time_s DOUBLE PRECISION NOT NULL,
  host_time_s DOUBLE PRECISION NOT NULL,
  temperature_c DOUBLE PRECISION,
  device TEXT NOT NULL,
  PRIMARY KEY (run_key, part, block),
  FOREIGN KEY (run_key, part) REFERENCES parts ON DELETE CASCADE
) @CLUSTERED@;

CREATE TABLE notes (
  run_key BIGINT NOT NULL,
  part BIGINT NOT NULL,
  position BIGINT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (run_key, part, position),
  FOREIGN KEY (run_key, part) REFERENCES parts ON DELETE CASCADE
) @CLUSTERED@;

CREATE TABLE breakdowns (
  run_key BIGINT NOT NULL REFERENCES runs ON DELETE CASCADE,
  grouping BIGINT NOT NULL,          -- Grouping
  method TEXT NOT NULL,
  device TEXT NOT NULL,              -- devices.id; empty: all of the run
  closure DOUBLE PRECISION,
  covariance_j2 BYTEA,               -- zstd of little-endian doubles, row-major
  PRIMARY KEY (run_key, grouping, method, device)
) @CLUSTERED@;

CREATE TABLE breakdown_rows (
  run_key BIGINT NOT NULL,
  grouping BIGINT NOT NULL,
  method TEXT NOT NULL,
  device TEXT NOT NULL,
  position BIGINT NOT NULL,          -- from 0; -1: unattributed; -2: the total
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  pass BIGINT NOT NULL,              -- Pass
  row_device TEXT NOT NULL,
  spans BIGINT NOT NULL,
  time_s DOUBLE PRECISION,
  time_u_s DOUBLE PRECISION,
  time_common_u DOUBLE PRECISION,
  time_provenance BIGINT,            -- Provenance
  energy_j DOUBLE PRECISION,
  energy_u_j DOUBLE PRECISION,       -- independent part, standard
  energy_common_u DOUBLE PRECISION,  -- relative, common to the device
  energy_provenance BIGINT,          -- Provenance
  row_method TEXT NOT NULL,
  PRIMARY KEY (run_key, grouping, method, device, position),
  FOREIGN KEY (run_key, grouping, method, device) REFERENCES breakdowns ON DELETE CASCADE
) @CLUSTERED@;

CREATE TABLE breakdown_notes (
  run_key BIGINT NOT NULL,
  grouping BIGINT NOT NULL,
  method TEXT NOT NULL,
  device TEXT NOT NULL,
  position BIGINT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (run_key, grouping, method, device, position),
  FOREIGN KEY (run_key, grouping, method, device) REFERENCES breakdowns ON DELETE CASCADE
) @CLUSTERED@;
