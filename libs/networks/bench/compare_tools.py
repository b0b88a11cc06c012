# SPDX-License-Identifier: Apache-2.0
"""Times a Python tool that counts a ResNet-50: for the figure in docs/networks.md.

    compare_tools.py ptflops | thop | fvcore

wants torch and the tool. Prints the import, the median of seven counts, and what was counted.
"""

import contextlib
import copy
import io
import logging
import statistics
import sys
import time
import warnings

started = time.perf_counter()
import torch  # noqa: E402
from torch import nn  # noqa: E402

IMPORT_S = time.perf_counter() - started


class Bottleneck(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.path = nn.Sequential(
            nn.Conv2d(inputs, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, 4 * width, 1, bias=False), nn.BatchNorm2d(4 * width))
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != 4 * width:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, 4 * width, 1, stride, bias=False),
                                          nn.BatchNorm2d(4 * width))
        self.relu = nn.ReLU()

    def forward(self, x):
        return self.relu(self.path(x) + self.shortcut(x))


def resnet50():
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(),
              nn.MaxPool2d(3, 2, 1)]
    inputs = 64
    for stage, depth in enumerate((3, 4, 6, 3)):
        for i in range(depth):
            layers.append(Bottleneck(inputs, 64 << stage, 2 if i == 0 and stage > 0 else 1))
            inputs = 4 * (64 << stage)
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, 1000))


def counter(tool, model):
    image = torch.randn(1, 3, 224, 224)
    if tool == "ptflops":
        from ptflops import get_model_complexity_info
        return lambda: get_model_complexity_info(model, (3, 224, 224), as_strings=False,
                                                 print_per_layer_stat=False, backend="pytorch")
    if tool == "thop":
        from thop import profile
        return lambda: profile(copy.deepcopy(model), inputs=(image,), verbose=False)
    from fvcore.nn import FlopCountAnalysis
    return lambda: FlopCountAnalysis(model, image).total()


def main(tool):
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    count = counter(tool, resnet50().eval())
    times = []
    for _ in range(7):
        begin = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            counted = count()
        times.append(time.perf_counter() - begin)
    print(f"{tool}: torch imported in {IMPORT_S:.2f} s, counted in "
          f"{1e3 * statistics.median(times):.0f} ms (least {1e3 * min(times):.0f}): {counted}")


if __name__ == "__main__":
    main(sys.argv[1])
