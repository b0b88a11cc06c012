// SPDX-License-Identifier: Apache-2.0
#include "report_style.h"

namespace erg {

const std::string_view kReportStyle = R"css(
:root {
  color-scheme: light dark;
  --page: #f5f6f8; --card: #ffffff; --ink: #1b1f24; --soft: #5b6470; --rule: #e1e5ea;
  --shade: #1b1f2408; --accent: #1f6fd1;
  --s1: #1f6fd1; --s2: #d9622b; --s3: #1b8f6a; --s4: #8a56c9; --s5: #b98900; --s6: #c5427f;
  --data: #9aa3ad; --to_device: #d39a00; --forward: #2b7fd9; --loss: #8a5cd6;
  --backward: #e0632c; --optimizer: #1c9a72; --evaluate: #cf4a88; --other: #c4cad1;
  --good: #11724f; --mid: #8a5a00; --weak: #a8321f;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #12151a; --card: #1b2027; --ink: #e8ebef; --soft: #9aa5b1; --rule: #2e353e;
    --shade: #ffffff0a; --accent: #6aabf7;
    --s1: #6aabf7; --s2: #f08a58; --s3: #4fc39b; --s4: #b592ea; --s5: #dfb23c; --s6: #ea7fb1;
    --data: #727c87; --to_device: #c79a2a; --forward: #5a9ff0; --loss: #a884e6;
    --backward: #ec8453; --optimizer: #45b98f; --evaluate: #e071a6; --other: #4a535d;
    --good: #6fd3ac; --mid: #e3b455; --weak: #f08a72;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 20px 48px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 16px; margin: 0 0 12px; }
h3 { font-size: 14px; margin: 18px 0 6px; color: var(--soft); font-weight: 600; }
header p { margin: 4px 0 0; color: var(--soft); overflow-wrap: anywhere; }
section { background: var(--card); border: 1px solid var(--rule); border-radius: 10px;
  padding: 18px 20px; margin-top: 16px; break-inside: avoid; }
.run { margin-top: 40px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(180px, 1fr)); gap: 12px;
  margin-top: 18px; }
.tile { background: var(--card); border: 1px solid var(--rule); border-radius: 10px;
  padding: 14px 16px; break-inside: avoid; }
.tile b { display: block; font-size: 24px; font-weight: 650; letter-spacing: -0.01em;
  font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: 13px; }
.wide { overflow-x: auto; }
.wide svg { min-width: 620px; }
.wide + .wide { margin-top: 14px; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--ink); font-size: 13px; font-variant-numeric: tabular-nums; }
svg .tick { fill: var(--soft); font-size: 12px; }
svg .value { fill: var(--soft); }
.grid { stroke: var(--rule); fill: none; }
.shade { fill: var(--shade); }
.strip { shape-rendering: crispEdges; }
.whisker { stroke: var(--ink); stroke-width: 1.5; fill: none; }
.line { fill: none; stroke-width: 1.6; stroke-linejoin: round; }
.line.s1 { stroke: var(--s1); } .line.s2 { stroke: var(--s2); } .line.s3 { stroke: var(--s3); }
.line.s4 { stroke: var(--s4); } .line.s5 { stroke: var(--s5); } .line.s6 { stroke: var(--s6); }
circle.s1 { fill: var(--s1); } circle.s2 { fill: var(--s2); }
.c-data { fill: var(--data); background: var(--data); }
.c-to_device { fill: var(--to_device); background: var(--to_device); }
.c-forward { fill: var(--forward); background: var(--forward); }
.c-loss { fill: var(--loss); background: var(--loss); }
.c-backward { fill: var(--backward); background: var(--backward); }
.c-optimizer { fill: var(--optimizer); background: var(--optimizer); }
.c-evaluate { fill: var(--evaluate); background: var(--evaluate); }
.c-other { fill: var(--other); background: var(--other); }
.c-plain { fill: var(--accent); background: var(--accent); }
i.s1 { background: var(--s1); } i.s2 { background: var(--s2); } i.s3 { background: var(--s3); }
i.s4 { background: var(--s4); } i.s5 { background: var(--s5); } i.s6 { background: var(--s6); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 10px 0 0; font-size: 13px;
  color: var(--soft); }
.legend i { display: inline-block; width: 11px; height: 11px; border-radius: 3px;
  margin-right: 6px; vertical-align: -1px; }
.legend i.device { height: 3px; vertical-align: 4px; width: 16px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; font-size: 13px; color: var(--soft); white-space: nowrap; }
th, td { padding: 5px 14px 5px 0; border-bottom: 1px solid var(--rule); vertical-align: baseline; }
th:last-child, td:last-child { padding-right: 0; }
.n { text-align: right; white-space: nowrap; }
tr.sum td { font-weight: 650; border-top: 2px solid var(--rule); }
tr:last-child td { border-bottom: 0; }
a { color: var(--accent); }
td:first-child { white-space: nowrap; }
td.how { min-width: 210px; color: var(--soft); font-size: 13px; }
.chip { border: 1px solid currentColor; border-radius: 999px; padding: 0 8px; font-size: 12px;
  white-space: nowrap; }
.measured, .attributed { color: var(--good); } .imported, .modelled { color: var(--mid); }
.assumed { color: var(--weak); }
dl { display: grid; grid-template-columns: minmax(90px, 150px) 1fr; gap: 4px 16px; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
ul { margin: 0; padding-left: 20px; }
code { font: 13px/1.45 ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace;
  overflow-wrap: anywhere; }
footer { color: var(--soft); font-size: 13px; margin-top: 24px; }
@media (max-width: 560px) {
  main { padding: 20px 12px; } .tile b { font-size: 19px; } section { padding: 14px; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; }
}
@media print {
  body { background: #fff; font-size: 11px; } main { max-width: none; padding: 0; }
  section, .tile { border-color: #ccc; } .wide { overflow: visible; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
)css";

}  // namespace erg
