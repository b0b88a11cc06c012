# SPDX-License-Identifier: Apache-2.0
"""1,000 rows of energy by MACs, parameters and batch, the same for both programs: standard output."""
import random

random.seed(1)
print("network,macs,parameters,batch_size,energy_j")
for row in range(1000):
    macs = 10 ** random.uniform(8, 10.2)
    parameters = 10 ** random.uniform(5, 8.2)
    batch = random.randint(16, 512)
    energy = (4000 + 3.6e-6 * macs + 2e-5 * parameters + 3e5 / batch) * random.lognormvariate(0, 0.05)
    print(f"n{row},{macs:.6g},{parameters:.6g},{batch},{energy:.6g}")
