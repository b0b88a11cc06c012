#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Calibrates a GPU, then measures a step of networks that the calibration has not seen, and prints how
# far off the calibrated model is: the figures of docs/accuracy.md. About three minutes.
#   bench/calibrate_gpu.sh [BUILD_FOLDER] [SECONDS] [CHECK_SECONDS]
set -eu
build=${1:-build/release}
seconds=${2:-110}
check=${3:-55}
networks=resnet18_thesis,vgg11_thesis,googlenet_thesis,alexnet_thesis,mobilenetv2_thesis,vit_thesis
networks=$networks,resnet50,vgg16,densenet121,efficientnet_b0,vit_b_32,convnext_tiny,mobilenet_v3_large,alexnet
store=$(mktemp -d)
trap 'rm -rf "$store"' EXIT
for precision in fp32; do
  "$build/apps/erg-train/erg-train" --store "sqlite:$store/calibration.db" microbench \
    --device "${ERG_BENCH_DEVICE:-cuda}" --precision "$precision" --seconds "$seconds" \
    --check "$networks" \
    --check-batch "${ERG_BENCH_BATCH:-64}" --check-seconds "$check"
done
