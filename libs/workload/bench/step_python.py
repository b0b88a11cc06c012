# SPDX-License-Identifier: Apache-2.0
"""Seconds a training step takes in PyTorch's Python: step_python.py NETWORK BATCH STEPS THREADS
[DEVICE]. The same network, weights' sizes, loss and optimizer as `erg train`; prints the median."""
import pathlib
import statistics
import sys
import time

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "test"))
import reference  # noqa: E402

name, batch, steps, threads = sys.argv[1], *map(int, sys.argv[2:5])
device = sys.argv[5] if len(sys.argv) > 5 else "cpu"
torch.set_num_threads(threads)
torch.backends.cudnn.allow_tf32 = False
network, shape = reference.build(name)
network = network.to(device).train()
optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
images = torch.rand(batch, *shape)
labels = torch.randint(0, reference.CLASSES, (batch,))
times = []
for _ in range(steps + 2):
    begin = time.perf_counter()
    x, y = images.to(device), labels.to(device)
    loss = torch.nn.functional.cross_entropy(network(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    if device != "cpu":
        torch.cuda.synchronize()
    times.append(time.perf_counter() - begin)
print(f"{statistics.median(times[2:]):.6f}")
