#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Linear, degree-4 and boosted-tree fits of 1,000 rows with 10-fold cross-validation, whole processes,
# in turns: erg against Python with scikit-learn and XGBoost.
#   bench/fit/compare.sh ERG PYTHON [ROUNDS]
set -eu
erg=$1 python=$2 rounds=${3:-5}
here=$(dirname "$0")
table=$(mktemp --suffix=.csv)
trap 'rm -f "$table"' EXIT
"$python" "$here/make_table.py" > "$table"
now() { date +%s.%N; }
ours() {
  for model in linear polynomial:4 trees; do
    "$erg" fit --csv "$table" --features macs,parameters,batch_size --model "$model" \
      --target energy --validate k-fold:10 > /dev/null
  done
}
for round in $(seq "$rounds"); do
  a=$(now); ours; b=$(now); "$python" "$here/reference.py" "$table" > /dev/null; c=$(now)
  echo "$a $b $c"
done | awk '{ours += $2 - $1; theirs += $3 - $2; n++}
  END {printf "erg %.3f s, Python %.3f s, ratio %.3f (means of %d)\n", ours / n, theirs / n, ours / theirs, n}'
