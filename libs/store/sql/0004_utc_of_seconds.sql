-- The time of a second, which these two views had as nothing (SQLite) or wrong (PostgreSQL).

DROP VIEW power;
DROP VIEW gauges;

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
