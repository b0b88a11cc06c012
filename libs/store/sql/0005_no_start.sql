-- A run that does not say when it was starts at 0: no time of its own, rather than 1970.

DROP VIEW studies;
DROP VIEW runs_overview;
DROP VIEW power;
DROP VIEW gauges;

CREATE VIEW runs_overview AS
SELECT r.id AS run, r.name, status.word AS status,
       CASE WHEN r.start_ns <> 0 THEN @utc(r.start_ns)@ END AS start_utc,
       r.network, r.data, r.device, r.precision, r.batch, r.epochs, r.instrumentation,
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
       CASE WHEN p.start_ns <> 0
            THEN @utc(p.start_ns + s.second * 1000000000)@ END AS utc,
       s.samples, s.mean AS power_w, s.min AS min_w, s.max AS max_w, s.energy_j
FROM seconds s
JOIN runs r ON r.run_key = s.run_key
JOIN parts p ON p.run_key = s.run_key AND p.part = s.part
JOIN channels c ON c.run_key = s.run_key AND c.part = s.part AND c.channel = s.channel
WHERE c.kind <> 2;

CREATE VIEW gauges AS
SELECT r.id AS run, r.name, c.device, c.name AS channel, s.part, s.second,
       CASE WHEN p.start_ns <> 0
            THEN @utc(p.start_ns + s.second * 1000000000)@ END AS utc,
       s.samples, s.mean, s.min, s.max, unit.word AS unit
FROM seconds s
JOIN runs r ON r.run_key = s.run_key
JOIN parts p ON p.run_key = s.run_key AND p.part = s.part
JOIN channels c ON c.run_key = s.run_key AND c.part = s.part AND c.channel = s.channel
LEFT JOIN words unit ON unit.list = 'unit' AND unit.value = c.unit
WHERE c.kind = 2;

CREATE VIEW studies AS
SELECT c.study, c.position, c.name AS cell, w.word AS state, c.owner, c.attempts, c.run,
       o.network, o.data, o.device, o.time_s, o.energy_j, c.result
FROM study_cells c
LEFT JOIN words w ON w.list = 'cell' AND w.value = c.state
LEFT JOIN runs_overview o ON o.run = c.run;
