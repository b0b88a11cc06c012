-- What a person asks of a store: docs/formats/database.md has an example for each.

CREATE TABLE words (
  list TEXT NOT NULL,
  value BIGINT NOT NULL,
  word TEXT NOT NULL,
  PRIMARY KEY (list, value)
) @CLUSTERED@;
INSERT INTO words VALUES
  ('provenance', 0, 'measured'), ('provenance', 1, 'attributed'), ('provenance', 2, 'imported'),
  ('provenance', 3, 'modelled'), ('provenance', 4, 'assumed'),
  ('status', 0, 'unfinished'), ('status', 1, 'finished'), ('status', 2, 'failed'),
  ('status', 3, 'interrupted'),
  ('pass', 0, ''), ('pass', 1, 'forward'), ('pass', 2, 'backward'),
  ('unit', 0, 'J'), ('unit', 1, 'W'), ('unit', 2, 'Hz'), ('unit', 3, 'degC'), ('unit', 4, ''),
  ('unit', 5, 'B'),
  ('gap', 0, 'reset'), ('gap', 1, 'unreadable'), ('gap', 2, 'overrun'), ('gap', 3, 'device lost');

-- Every row of every breakdown but the totals: the rows of one run, grouping, method and device add
-- up to all of it.
CREATE VIEW energy_rows AS
SELECT r.id AS run, r.name AS run_name, r.network, r.data,
       CASE WHEN b.device = '' THEN r.device ELSE b.device END AS device,
       b.grouping, b.position,
       CASE WHEN b.position = -1 THEN 'unattributed' ELSE b.name END AS name,
       b.kind, CASE b.pass WHEN 1 THEN 'forward' WHEN 2 THEN 'backward' ELSE '' END AS pass, b.spans, b.time_s, b.energy_j, b.energy_u_j, b.energy_common_u,
       b.energy_j / NULLIF(b.time_s, 0) AS power_w,
       CASE b.energy_provenance WHEN 0 THEN 'measured' WHEN 1 THEN 'attributed'
            WHEN 2 THEN 'imported' WHEN 3 THEN 'modelled' WHEN 4 THEN 'assumed' END AS provenance,
       b.method, b.row_method
FROM breakdown_rows b
JOIN runs r ON r.run_key = b.run_key
WHERE b.position >= -1;

CREATE VIEW energy_by_phase AS
SELECT run, run_name AS name, network, data, device, name AS phase, spans, time_s, energy_j,
       energy_u_j, energy_common_u, power_w, provenance, method
FROM energy_rows WHERE grouping = 2;

CREATE VIEW energy_by_layer AS
SELECT run, run_name AS name, network, data, device, name AS layer, pass, spans, time_s, energy_j,
       energy_u_j, energy_common_u, power_w, provenance, method, row_method
FROM energy_rows WHERE grouping = 3;

CREATE VIEW energy_by_layer_kind AS
SELECT run, run_name AS name, network, data, device, name AS layer_kind, pass, spans, time_s,
       energy_j, energy_u_j, energy_common_u, power_w, provenance, method, row_method
FROM energy_rows WHERE grouping = 4;

CREATE VIEW energy_by_epoch AS
SELECT run, run_name AS name, network, data, device, name AS epoch, spans, time_s, energy_j,
       energy_u_j, energy_common_u, power_w, provenance, method
FROM energy_rows WHERE grouping = 1;

CREATE VIEW energy_by_device AS
SELECT run, run_name AS name, network, data, name AS device, spans, time_s, energy_j, energy_u_j,
       energy_common_u, power_w, provenance, method
FROM energy_rows WHERE grouping = 5;

CREATE VIEW energy_by_range AS
SELECT run, run_name AS name, network, data, device, name AS range_name, spans, time_s, energy_j,
       energy_u_j, energy_common_u, power_w, provenance, method
FROM energy_rows WHERE grouping = 6;

-- One row a run. Its energy is the total of the breakdown by run, else by device.
CREATE VIEW runs_overview AS
SELECT r.id AS run, r.name, status.word AS status, @utc(r.start_ns)@ AS start_utc, r.network,
       r.data, r.device, r.precision, r.batch, r.epochs, r.instrumentation,
       b.time_s, b.energy_j, b.energy_u_j, b.energy_common_u,
       b.energy_j / NULLIF(b.time_s, 0) AS power_w, p.word AS provenance,
       (SELECT max(e.test_accuracy) FROM epochs e WHERE e.run_key = r.run_key) AS test_accuracy
FROM runs r
LEFT JOIN run_states s ON s.run_key = r.run_key
LEFT JOIN breakdown_rows b ON b.run_key = r.run_key AND b.position = -2 AND b.device = ''
  AND b.grouping = (SELECT min(CASE best.grouping WHEN 0 THEN 0 WHEN 5 THEN 5 END)
                    FROM breakdowns best WHERE best.run_key = r.run_key AND best.device = '')
  AND b.method = (SELECT min(first.method) FROM breakdowns first WHERE first.run_key = r.run_key
                  AND first.device = '' AND first.grouping = b.grouping)
LEFT JOIN words p ON p.list = 'provenance' AND p.value = b.energy_provenance
LEFT JOIN words status ON status.list = 'status' AND status.value = COALESCE(s.status, 0);

-- What each sensor said, by second: watts of energy counters and powers, else in the unit.
CREATE VIEW power AS
SELECT r.id AS run, r.name, c.device, c.name AS channel, s.part, s.second,
       @utc(p.start_ns + s.second * 1000000000)@ AS utc,
       s.samples, s.mean AS power_w, s.min AS min_w, s.max AS max_w, s.energy_j
FROM seconds s
JOIN runs r ON r.run_key = s.run_key
JOIN parts p ON p.run_key = s.run_key AND p.part = s.part
JOIN channels c ON c.run_key = s.run_key AND c.part = s.part AND c.channel = s.channel
WHERE c.kind <> 2;

CREATE VIEW gauges AS
SELECT r.id AS run, r.name, c.device, c.name AS channel, s.part, s.second,
       @utc(p.start_ns + s.second * 1000000000)@ AS utc,
       s.samples, s.mean, s.min, s.max, unit.word AS unit
FROM seconds s
JOIN runs r ON r.run_key = s.run_key
JOIN parts p ON p.run_key = s.run_key AND p.part = s.part
JOIN channels c ON c.run_key = s.run_key AND c.part = s.part AND c.channel = s.channel
LEFT JOIN words unit ON unit.list = 'unit' AND unit.value = c.unit
WHERE c.kind = 2;

-- What was recorded by each sensor of each run.
CREATE VIEW channels_overview AS
SELECT r.id AS run, r.name, c.part, p.host, c.device, c.name AS channel, c.method, t.samples,
       (t.end_ns - t.begin_ns) / 1e9 AS time_s, t.energy_j, unit.word AS unit,
       provenance.word AS provenance
FROM channels c
JOIN runs r ON r.run_key = c.run_key
JOIN parts p ON p.run_key = c.run_key AND p.part = c.part
LEFT JOIN channel_totals t ON t.run_key = c.run_key AND t.part = c.part AND t.channel = c.channel
LEFT JOIN words unit ON unit.list = 'unit' AND unit.value = c.unit
LEFT JOIN words provenance ON provenance.list = 'provenance' AND provenance.value = c.provenance;

CREATE VIEW accuracy_by_epoch AS
SELECT r.id AS run, r.name, r.network, r.data, e.epoch, e.train_loss, e.train_accuracy,
       e.test_loss, e.test_accuracy
FROM epochs e JOIN runs r ON r.run_key = e.run_key;

CREATE VIEW warnings AS
SELECT r.id AS run, r.name, n.part, p.host, n.note
FROM notes n
JOIN runs r ON r.run_key = n.run_key
JOIN parts p ON p.run_key = n.run_key AND p.part = n.part;
