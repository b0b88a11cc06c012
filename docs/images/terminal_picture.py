#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws a terminal as SVG from what commands really print.

docs/images/terminal_picture.py OUTPUT.svg COMMAND... runs each command with the shell, in order, and
draws it with its output (standard output and error as they come).
"""

import html
import subprocess
import sys
import unicodedata

SIZE, LINE, WIDTH = 13, 19, 7.83  # of the letters, in pixels
PADDING, BAR = 18, 34


def lines_of(commands):
    for command in commands:
        yield "prompt", "$ " + command
        done = subprocess.run(
            command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        for line in done.stdout.rstrip("\n").split("\n"):
            last = line.rstrip("\r").split("\r")[-1]  # a progress bar's last state
            yield "text", "".join(c for c in last if unicodedata.category(c) != "Cc")
        yield "text", ""


def main():
    output, *commands = sys.argv[1:]
    lines = list(lines_of(commands))[:-1]
    columns = max(len(text) for _, text in lines)
    width = round(2 * PADDING + columns * WIDTH)
    height = BAR + PADDING + len(lines) * LINE
    rows = []
    for number, (kind, text) in enumerate(lines):
        y = BAR + SIZE + number * LINE
        rows.append(f"<text class='{kind}' x='{PADDING}' y='{y}' xml:space='preserve'>{html.escape(text)}</text>")
    dots = "".join(
        f"<circle cx='{PADDING + 4 + 18 * i}' cy='17' r='5.5' fill='{colour}'/>"
        for i, colour in enumerate(("#f06a5f", "#f3bd4e", "#5fc454"))
    )
    with open(output, "w", encoding="utf-8") as file:
        file.write(
            f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}'>"
            f"<style>text{{font:{SIZE}px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;"
            "fill:#d8dee6}.prompt{fill:#8fd0a8;font-weight:600}</style>"
            f"<rect width='{width}' height='{height}' rx='9' fill='#171b21'/>{dots}\n"
            + "\n".join(rows)
            + "\n</svg>\n"
        )


main()
