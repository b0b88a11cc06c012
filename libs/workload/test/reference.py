# SPDX-License-Identifier: Apache-2.0
"""Builds a network with torch.nn, runs it on a random image, and writes image, output and weights
in the order in which its modules run: what erg's own module must agree with."""
import sys

import torch
from torch import nn

CLASSES = 10


def alexnet(classes):
    def conv(i, o, k, **more):
        return [nn.Conv2d(i, o, k, **more), nn.ReLU()]

    def pool():
        return nn.MaxPool2d(3, 2)

    return nn.Sequential(
        *conv(1, 64, 11, stride=4, padding=2), pool(),
        *conv(64, 192, 5, padding=2), pool(),
        *conv(192, 384, 3, padding=1), *conv(384, 256, 3, padding=1),
        *conv(256, 256, 3, padding=1), pool(),
        nn.AdaptiveAvgPool2d(6), nn.Flatten(),
        nn.Linear(9216, 4096), nn.ReLU(), nn.Dropout(0.5),
        nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(0.5),
        nn.Linear(4096, classes))


def lenet(classes):
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, classes))


class Residual(nn.Module):
    """A basic block; the study's has biases everywhere and no batch norm in the shortcut."""

    def __init__(self, i, o, stride, study):
        super().__init__()
        self.a = nn.Conv2d(i, o, 3, stride, 1, bias=study)
        self.an = nn.BatchNorm2d(o)
        self.b = nn.Conv2d(o, o, 3, 1, 1, bias=study)
        self.bn = nn.BatchNorm2d(o)
        self.short = None
        if stride != 1:
            self.short = nn.Conv2d(i, o, 1, stride, bias=study)
            if not study:
                self.short = nn.Sequential(self.short, nn.BatchNorm2d(o))

    def forward(self, x):
        y = self.bn(self.b(torch.relu(self.an(self.a(x)))))
        return torch.relu(y + (x if self.short is None else self.short(x)))


def resnet18(classes, channels, study):
    blocks, width = [], 64
    for stage, out in enumerate([64, 128, 256, 512]):
        blocks += [Residual(width, out, 2 if stage else 1, study), Residual(out, out, 1, study)]
        width = out
    return nn.Sequential(
        nn.Conv2d(channels, 64, 7, 2, 3, bias=study), nn.BatchNorm2d(64), nn.ReLU(),
        nn.MaxPool2d(3, 2, 1), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(512, classes))


class Inception(nn.Module):
    def __init__(self, i, one, three, five, four):
        super().__init__()
        self.one = nn.Sequential(nn.Conv2d(i, one, 1), nn.ReLU())
        self.three = nn.Sequential(nn.Conv2d(i, three[0], 1), nn.ReLU(),
                                   nn.Conv2d(three[0], three[1], 3, padding=1), nn.ReLU())
        self.five = nn.Sequential(nn.Conv2d(i, five[0], 1), nn.ReLU(),
                                  nn.Conv2d(five[0], five[1], 5, padding=2), nn.ReLU())
        self.pool = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(i, four, 1), nn.ReLU())

    def forward(self, x):
        return torch.cat([self.one(x), self.three(x), self.five(x), self.pool(x)], 1)


def googlenet(classes):
    pool = [nn.MaxPool2d(3, 2, 1)]
    layers = [nn.Conv2d(1, 64, 7, 2, 3), nn.ReLU(), *pool, nn.Conv2d(64, 64, 1), nn.ReLU(),
              nn.Conv2d(64, 192, 3, padding=1), nn.ReLU(), *pool]
    width = 192
    for widths in [(64, (96, 128), (16, 32), 32), (128, (128, 192), (32, 96), 64), None,
                   (192, (96, 208), (16, 48), 64), (160, (112, 224), (24, 64), 64),
                   (128, (128, 256), (24, 64), 64), (112, (144, 288), (32, 64), 64),
                   (256, (160, 320), (32, 128), 128), None,
                   (256, (160, 320), (32, 128), 128), (384, (192, 384), (48, 128), 128)]:
        if widths is None:
            layers += pool
            continue
        layers.append(Inception(width, *widths))
        width = widths[0] + widths[1][1] + widths[2][1] + widths[3]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes))


class Inverted(nn.Module):
    def __init__(self, i, o, stride, factor):
        super().__init__()
        hidden = i * factor
        layers = []
        if factor != 1:
            layers += [nn.Conv2d(i, hidden, 1, bias=False), nn.BatchNorm2d(hidden), nn.ReLU6()]
        layers += [nn.Conv2d(hidden, hidden, 3, stride, 1, groups=hidden, bias=False),
                   nn.BatchNorm2d(hidden), nn.ReLU6(),
                   nn.Conv2d(hidden, o, 1, bias=False), nn.BatchNorm2d(o)]
        self.layers = nn.Sequential(*layers)
        self.add = stride == 1 and i == o

    def forward(self, x):
        return x + self.layers(x) if self.add else self.layers(x)


def mobilenet_v2(classes):
    layers, width = [nn.Conv2d(3, 32, 3, 2, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU6()], 32
    for factor, out, count, stride in [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2),
                                       (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]:
        for i in range(count):
            layers.append(Inverted(width, out, stride if i == 0 else 1, factor))
            width = out
    return nn.Sequential(*layers, nn.Conv2d(320, 1280, 1, bias=False), nn.BatchNorm2d(1280),
                         nn.ReLU6(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2),
                         nn.Linear(1280, classes))


class Token(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.token = nn.Parameter(torch.randn(1, dim))

    def forward(self, x):
        return torch.cat([self.token.expand(x.shape[0], 1, -1), x], 1)


class Position(nn.Module):
    def __init__(self, length, dim):
        super().__init__()
        self.table = nn.Parameter(torch.randn(length, dim))

    def forward(self, x):
        return x + self.table


class Attention(nn.Module):
    def __init__(self, dim, heads, head):
        super().__init__()
        self.heads, self.head = heads, head
        self.qkv = nn.Linear(dim, 3 * heads * head, bias=False)
        self.out = nn.Linear(heads * head, dim)

    def forward(self, x):
        b, n, _ = x.shape
        q, k, v = (t.view(b, n, self.heads, self.head).transpose(1, 2)
                   for t in self.qkv(x).chunk(3, -1))
        weights = torch.softmax(q @ k.transpose(-1, -2) * self.head ** -0.5, -1)
        return self.out((weights @ v).transpose(1, 2).reshape(b, n, -1))


class Added(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.layers(x)


class Patches(nn.Module):
    def forward(self, x):
        b, c, h, w = x.shape
        x = x.reshape(b, c, h // 32, 32, w // 32, 32).permute(0, 2, 4, 3, 5, 1)
        return x.reshape(b, -1, 32 * 32 * c)


class First(nn.Module):
    def forward(self, x):
        return x[:, 0]


def vit(classes):
    dim, blocks = 1024, []
    for _ in range(6):
        blocks += [Added(nn.LayerNorm(dim), Attention(dim, 16, 64)),
                   Added(nn.LayerNorm(dim), nn.Linear(dim, 2048), nn.GELU(),
                         nn.Linear(2048, dim))]
    return nn.Sequential(Patches(), nn.LayerNorm(1024), nn.Linear(1024, dim), nn.LayerNorm(dim),
                         Token(dim), Position(50, dim), *blocks, nn.LayerNorm(dim), First(),
                         nn.Linear(dim, classes))


NETWORKS = {
    "alexnet_thesis": (lambda: alexnet(CLASSES), (1, 224, 224)),
    "lenet5": (lambda: lenet(CLASSES), (1, 28, 28)),
    "resnet18_thesis": (lambda: resnet18(CLASSES, 1, True), (1, 224, 224)),
    "resnet18": (lambda: resnet18(1000, 3, False), (3, 224, 224)),
    "googlenet_thesis": (lambda: googlenet(CLASSES), (1, 224, 224)),
    "mobilenet_v2": (lambda: mobilenet_v2(1000), (3, 224, 224)),
    "vit_thesis": (lambda: vit(CLASSES), (1, 224, 224)),
}


def build(name):
    torch.manual_seed(0)
    make, shape = NETWORKS[name]
    network = make()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    return network, shape


def in_running_order(network, image):
    order, seen = [], set()

    def note(module, *_):
        for key, tensor in [*module.named_parameters(recurse=False),
                            *module.named_buffers(recurse=False)]:
            if key != "num_batches_tracked" and id(tensor) not in seen:
                seen.add(id(tensor))
                order.append(tensor.detach().clone())

    for module in network.modules():
        module.register_forward_pre_hook(note)
    with torch.no_grad():
        output = network(image)
    return order, output


if __name__ == "__main__":
    net, input_shape = build(sys.argv[1])
    net.eval()
    picture = torch.rand(2, *input_shape)
    tensors, result = in_running_order(net, picture)
    torch.save({"image": picture, "output": result, "weights": tensors}, sys.argv[2])
