# SPDX-License-Identifier: Apache-2.0
"""Exports models from PyTorch to ONNX, with what Python counts in each.

    export_models.py FOLDER

writes FOLDER/*.onnx and FOLDER/expected.csv: file, parameters, macs. Parameters are those that the
file can hold: an export for inference folds a batch norm into the convolution before it. MACs are
those of convolutions, linear layers and the two products of attention, of one example, counted by
hooks while the model runs. Exit status 77: torch, onnx or onnxscript is missing.
"""

import csv
import logging
import os
import sys
import warnings

try:
    import onnx  # noqa: F401
    import onnxscript  # noqa: F401
    import torch
    from torch import nn
    import torch.nn.functional as F
except ImportError as missing:
    print(missing)
    sys.exit(77)


class Residual(nn.Module):
    """A CNN with batch norm and residual additions."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 16, 7, 2, 3, bias=False), nn.BatchNorm2d(16),
                                  nn.ReLU(), nn.MaxPool2d(3, 2, 1))
        self.conv1 = nn.Conv2d(16, 32, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(32)
        self.conv2 = nn.Conv2d(32, 32, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(32)
        self.shortcut = nn.Conv2d(16, 32, 1, 2)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        x = self.stem(x)
        y = F.relu(self.bn1(self.conv1(x)))
        x = F.relu(self.bn2(self.conv2(y)) + self.shortcut(x))
        return self.fc(torch.flatten(self.pool(x), 1))


class Grouped(nn.Module):
    """Groups, depthwise and dilated convolutions, squeeze and excitation, shuffled channels."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 24, 3, 2, 1)
        self.grouped = nn.Conv2d(24, 48, 3, padding=2, dilation=2, groups=4)
        self.depthwise = nn.Conv2d(48, 48, (5, 3), padding=(2, 1), groups=48, bias=False)
        self.fc1 = nn.Conv2d(48, 12, 1)
        self.fc2 = nn.Conv2d(12, 48, 1)
        self.last = nn.Conv2d(48, 20, 1)
        self.act = nn.Hardswish()

    def forward(self, x):
        x = F.relu6(self.conv(x))
        x = self.act(self.grouped(x))
        n, c, h, w = x.shape
        x = x.view(n, 4, c // 4, h, w).transpose(1, 2).reshape(n, c, h, w)
        x = F.silu(self.depthwise(x))
        scale = F.hardsigmoid(self.fc2(F.relu(self.fc1(F.adaptive_avg_pool2d(x, 1)))))
        x = self.last(x * scale)
        return x.mean((2, 3))


class Encoder(nn.Module):
    """Tokens through PyTorch's own transformer encoder."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(100, 32)
        self.position = nn.Parameter(torch.randn(1, 16, 32))
        layer = nn.TransformerEncoderLayer(32, 4, 64, dropout=0.0, activation="gelu",
                                           batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(32, 7)

    def forward(self, tokens):
        x = self.encoder(self.embedding(tokens) + self.position)
        return self.head(x.mean(1))


class Vision(nn.Module):
    """Patches, a class token, attention written out by hand, a causal mask."""

    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 48, 8, 8)
        self.token = nn.Parameter(torch.zeros(1, 1, 48))
        self.position = nn.Parameter(torch.randn(1, 17, 48))
        self.norm = nn.LayerNorm(48)
        self.qkv = nn.Linear(48, 3 * 48, bias=False)
        self.out = nn.Linear(48, 48)
        self.norm2 = nn.LayerNorm(48)
        self.mlp = nn.Sequential(nn.Linear(48, 96), nn.GELU(), nn.Linear(96, 48))
        self.head = nn.Linear(48, 5)
        self.register_buffer("mask", torch.full((17, 17), float("-inf")).triu(1))

    def attention(self, x):
        n, length, _ = x.shape
        q, k, v = self.qkv(x).view(n, length, 3, 6, 8).permute(2, 0, 3, 1, 4).unbind(0)
        scores = q @ k.transpose(-2, -1) / 8**0.5 + self.mask
        y = scores.softmax(-1) @ v
        return self.out(y.transpose(1, 2).reshape(n, length, 48))

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.position
        x = x + self.attention(self.norm(x))
        x = x + self.mlp(self.norm2(x))
        return self.head(x[:, 0])

    # Of the products that no module makes.
    products = 2 * 17 * 17 * 48


class Odd(nn.Module):
    """What happens to come together: lines and images, splits, pads, upsampling, group norm."""

    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(2, 12, 3, 2, 1)
        self.norm = nn.GroupNorm(3, 12)
        self.instance = nn.InstanceNorm2d(6, affine=True)
        self.up = nn.ConvTranspose2d(6, 4, 2, 2)
        self.mix = nn.Conv2d(8, 6, 3)
        self.slope = nn.PReLU(6)
        self.line = nn.Conv1d(6, 9, 3, stride=2)
        self.gamma = nn.Parameter(torch.full((9, 1), 0.5))
        self.fc = nn.Linear(9, 3)

    def forward(self, x):
        x = F.leaky_relu(self.norm(self.down(F.pad(x, (1, 2, 3, 0)))), 0.2)
        a, b = x.chunk(2, 1)
        b = self.instance(b) * torch.sigmoid(a)
        big = F.interpolate(a[:, :4], scale_factor=2.0, mode="nearest")
        x = torch.cat([self.up(b), torch.tanh(big)], 1)
        x = self.slope(self.mix(F.avg_pool2d(x, 2, ceil_mode=True)))
        x = self.line(x.flatten(2)) * self.gamma
        x = F.max_pool1d(x.abs().clamp(min=1e-3).sqrt(), 2)
        x = x.amax(-1) - x.mean(-1) ** 2
        return F.log_softmax(self.fc(x), -1)


class Tied(nn.Module):
    """One matrix for three layers, with and without a bias, and one for the table and the head."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(50, 16)
        self.first = nn.Linear(16, 16, bias=False)
        self.second = nn.Linear(16, 16, bias=False)
        self.third = nn.Linear(16, 16)
        self.head = nn.Linear(16, 50, bias=False)
        self.second.weight = self.third.weight = self.first.weight
        self.head.weight = self.embedding.weight

    def forward(self, tokens):
        x = torch.relu(self.first(self.embedding(tokens)))
        return self.head(self.third(torch.relu(self.second(x))))


class Segmenter(nn.Module):
    """Down and up again, with what came before beside it; padding by what is there; a fixed size."""

    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(3, 8, 3, padding=1, padding_mode="reflect")
        self.norm = nn.GroupNorm(2, 8)
        self.middle = nn.Conv2d(8, 16, 3, padding=1, padding_mode="replicate")
        self.up = nn.ConvTranspose2d(16, 8, 2, 2)
        self.join = nn.Conv2d(16, 8, 3, padding=1)
        self.last = nn.ConvTranspose2d(8, 3, 3, padding=1)
        self.last.weight = self.down.weight

    def forward(self, x):
        a = F.silu(self.norm(self.down(x)))
        b = self.up(F.silu(self.middle(F.max_pool2d(a, 2))))
        x = self.last(self.join(torch.cat([a, b], 1)))
        return F.interpolate(x, size=(25, 41), mode="bilinear", align_corners=False)


def settle(model):
    """Numbers such as training leaves: exporters drop biases of zero and merge equal weights."""
    for tensor in [*model.parameters(), *(b for n, b in model.named_buffers() if "running" in n)]:
        with torch.no_grad():
            tensor.uniform_(0.5, 1.5)
    return model


def count_macs(model, example):
    """MACs of one run, from what goes through the modules that multiply."""
    total = 0

    def hook(module, inputs, output):
        nonlocal total
        if isinstance(module, nn.ConvTranspose2d):
            total += inputs[0].numel() * module.weight[0].numel()
        elif isinstance(module, (nn.Conv1d, nn.Conv2d)):
            total += output.numel() * module.weight[0].numel()
        elif isinstance(module, nn.MultiheadAttention):
            n, length, width = inputs[0].shape
            total += n * (4 * length * width * width + 2 * length * length * width)
        elif isinstance(module, nn.Linear) and not isinstance(
                module, nn.modules.linear.NonDynamicallyQuantizableLinear):
            total += output.numel() * module.in_features

    hooks = [m.register_forward_hook(hook) for m in model.modules()]
    with torch.no_grad():
        model(example)
    for handle in hooks:
        handle.remove()
    return total + getattr(model, "products", 0)


def folded(model):
    """What folding batch norms into the convolutions before them takes away, and adds as bias."""
    before = None
    change = 0
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            change -= 2 * module.num_features
            change += module.num_features if before.bias is None else 0
        if isinstance(module, nn.Conv2d):
            before = module
    return change


def export(folder, name, model, example, opset, dynamo, training):
    model.train(training)
    torch.backends.mha.set_fastpath_enabled(False)
    path = os.path.join(folder, name + ".onnx")
    options = {"opset_version": opset, "dynamo": dynamo}
    if dynamo:
        options["verbose"] = False
    else:
        mode = torch.onnx.TrainingMode
        options["training"] = mode.TRAINING if training else mode.EVAL
        options["do_constant_folding"] = not training
    torch.onnx.export(model, (example,), path, **options)
    parameters = sum(p.numel() for p in model.parameters())
    if not training:
        parameters += folded(model)
    model.eval()
    return [name + ".onnx", parameters, count_macs(model, example)]


def main(folder):
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    torch.manual_seed(1)
    image = torch.randn(1, 3, 32, 32)
    rows = []
    for kind, example, opsets in [
        (Residual, image, (11, 13, 17)),
        (Grouped, image, (11, 14, 17)),
        (Encoder, torch.randint(0, 100, (1, 16)), (14, 17)),
        (Vision, image, (11, 16, 17)),
        (Odd, torch.randn(1, 2, 16, 16), (12, 15, 17)),
        (Tied, torch.randint(0, 50, (1, 7)), (13, 17)),
        (Segmenter, image, (13, 17)),
    ]:
        word = kind.__name__.lower()
        for opset in opsets:
            rows.append(export(folder, f"{word}_{opset}", settle(kind()), example, opset,
                               False, False))
        for opset in (18, 20):
            rows.append(export(folder, f"{word}_dynamo_{opset}", settle(kind()), example,
                               opset, True, False))
    rows.append(export(folder, "residual_training", settle(Residual()), image, 17, False, True))
    rows.append(export(folder, "grouped_batch_4", settle(Grouped()), torch.randn(4, 3, 32, 32), 17, False,
                       False))
    rows.append(export(folder, "vision_batch_2", settle(Vision()), torch.randn(2, 3, 32, 32), 18, True,
                       False))
    for row in rows[-2:]:
        row[2] //= 4 if "batch_4" in row[0] else 2
    rows[-1][2] = count_macs(Vision(), image)
    with open(os.path.join(folder, "expected.csv"), "w", newline="") as file:
        csv.writer(file).writerows([["file", "parameters", "macs"], *rows])


if __name__ == "__main__":
    main(sys.argv[1])
